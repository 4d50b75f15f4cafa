import {
  profileCodes,
  profileRedactions,
  usesSiteCodes,
  type DataProfile,
  type HandWrittenProfile,
} from "../src/device-kit/index.ts";

type Shipped = DataProfile | HandWrittenProfile;

const HEAD = `# Devices

What the hub reads without anybody writing code. This page is made from the profiles by \`npm run catalogue\`; a test
fails when it is not current. How to add one: [add a device](add-a-device.md).

**Tiers** say what a profile was tested with. *bronze*: messages written by us, after the vendor's documents ·
*silver*: also messages captured from devices or published by the vendor · *gold*: also from a real client or socket to
stored events, in the end-to-end tests. None was tried on a vendor's hardware by us: after installation,
[test each device](commissioning.md).

*Site* means that the installation can give the vendor's words meanings of its own (\`codes\` of a device or a binding).
A path below is what follows the gateway in the MQTT topic or the intake address; a binding maps any other prefix.
`;

/** The catalogue page as Markdown: vendor, transports, path, tier, events, and what becomes of personal data. */
export function catalogue(profiles: readonly Shipped[]): string {
  const sorted = profiles.toSorted((a, b) => a.id.localeCompare(b.id, "en"));
  return [
    HEAD,
    "| profile | vendor | transport | path | tier | events |",
    "|---|---|---|---|---|---|",
    ...sorted.map(row),
    "",
    "## Personal data",
    "",
    "Dropped or replaced by a keyed hash when a message is decoded, before anything is stored or logged. A message that",
    "cannot be decoded is kept whole as a dead letter, for administrators only, and deleted after some weeks.",
    "",
    "| profile | field | becomes | what it is |",
    "|---|---|---|---|",
    ...sorted.flatMap(personalRows),
    "",
  ].join("\n");
}

function row(profile: Shipped): string {
  const { id, title, vendor, transports, prefix, tier } = profile;
  const name = `[${title.en}](../devices/${id}/README.md) ${title.zh}`;
  const path = prefix === "" ? "the vendor's own" : `\`${prefix}/…\``;
  return `| ${[name, vendor, transports.join(", "), path, tier, eventsOf(profile)].join(" | ")} |`;
}

function eventsOf(profile: Shipped): string {
  if (!("spec" in profile)) return "every code of the taxonomy";
  const codes = profileCodes(profile.spec).map((code) => `\`${code}\``);
  return [...codes, ...(usesSiteCodes(profile.spec) ? ["*site*"] : [])].join(" ");
}

function personalRows(profile: Shipped): readonly string[] {
  const rows = profileRedactions(profile)
    .filter(({ how }) => how !== "harmless")
    .map(({ path, how, what }) => `| ${profile.id} | \`${path}\` | ${how} | ${what} |`);
  return [...new Set(rows)];
}
