import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transport } from "../domain/journal.ts";
import { ZhianError } from "../errors.ts";

/** What a new profile is made for. */
export interface NewProfileRequest {
  /** `vendor/model`, both in kebab-case. */
  readonly name: string;
  readonly transport: Transport;
}

/** What was made. */
export interface NewProfile {
  readonly id: string;
  /** Paths from the root of the source tree. */
  readonly files: readonly string[];
}

const SOURCE_TREE = fileURLToPath(new URL("../..", import.meta.url));
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** It is part of every device id. */
const LONGEST_ID = 50;

/**
 * Makes the folder of a new profile from a template and registers it: all of it or nothing. Throws
 * ZhianError VALIDATION for a name that cannot be one, CONFLICT for one that is taken, NOT_FOUND where
 * there is no source tree.
 */
export function newProfile({ name, transport }: NewProfileRequest, root: string = SOURCE_TREE): NewProfile {
  const id = idOf(name);
  const devices = join(root, "devices");
  const template = join(root, "scripts", `template-${transport}`);
  if (!existsSync(template)) {
    throw new ZhianError(
      "NOT_FOUND",
      "there are no templates here; profiles are made in a checkout of the sources",
    );
  }
  const index = join(devices, "index.ts");
  const folder = join(devices, id);
  const registered = register(readFileSync(index, "utf8"), id, existsSync(folder));

  const staging = mkdtempSync(join(devices, ".new-"));
  try {
    const made = join(staging, id);
    const files = readdirSync(template, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(template.length + 1))
      .toSorted();
    for (const file of files) {
      mkdirSync(dirname(join(made, file)), { recursive: true });
      writeFileSync(join(made, file), named(readFileSync(join(template, file), "utf8"), name));
    }
    writeFileSync(join(staging, "index.ts"), registered);
    renameSync(made, folder);
    try {
      renameSync(join(staging, "index.ts"), index);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
    return { id, files: [...files.map((file) => `devices/${id}/${file}`), "devices/index.ts"] };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function idOf(name: string): string {
  const id = name.replace("/", "-");
  if (NAME.test(name) && id.length <= LONGEST_ID) return id;
  throw new ZhianError("VALIDATION", `${JSON.stringify(name)} cannot be the name of a profile`, {
    faults: [
      {
        field: "name",
        reason:
          "must be vendor/model in small letters, digits and single dashes, beginning with a letter, " +
          `of at most ${LONGEST_ID} characters, for example acme/door-contact`,
      },
    ],
  });
}

/** The list of profiles with one more. */
function register(list: string, id: string, folderIsThere: boolean): string {
  const name = identifierOf(id);
  if (folderIsThere || list.includes(`"./${id}/`) || new RegExp(`\\b${name}\\b`).test(list)) {
    throw new ZhianError("CONFLICT", `there is a profile ${id} already`);
  }
  const imports = [...list.matchAll(/^import .+;\n/gm)].at(-1);
  const end = list.lastIndexOf("\n]);");
  if (!imports || end < imports.index) {
    throw new ZhianError(
      "CONFLICT",
      "devices/index.ts is not written as expected; register the profile by hand",
    );
  }
  const afterImports = imports.index + imports[0].length;
  return (
    list.slice(0, afterImports) +
    `import { ${name} } from "./${id}/profile.ts";\n` +
    list.slice(afterImports, end) +
    `\n  ${name},` +
    list.slice(end)
  );
}

/** A template with the names of the profile in it. */
function named(text: string, name: string): string {
  const [vendor = "", model = ""] = name.split("/");
  const id = idOf(name);
  return text
    .replaceAll("vendor-model", id)
    .replaceAll("vendorModel", identifierOf(id))
    .replaceAll("Vendor Model", `${titleOf(vendor)} ${titleOf(model)}`)
    .replaceAll('"Vendor"', JSON.stringify(titleOf(vendor)));
}

/** `acme-door-7` → `acmeDoor7` */
function identifierOf(id: string): string {
  return id.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}

/** `door-contact` → `Door Contact` */
function titleOf(words: string): string {
  return words
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}
