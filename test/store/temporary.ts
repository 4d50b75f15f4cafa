import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type EmbeddedStore, openStore } from "../../src/store/store.ts";
import { fakeLifeCycle, testClock } from "../contracts/store/samples.ts";

type More = Pick<
  Parameters<typeof openStore>[0],
  "zone" | "maxDeadLettersPerGateway" | "points" | "maxOutboxBytes"
>;

/** Temporary databases of one test file. */
export interface Temporary {
  /** A path for a database in a folder of its own. */
  path(): string;
  /** Opens the embedded store with the clock and life cycle of the contract. */
  open(path?: string, blockEvents?: number, more?: More): EmbeddedStore;
}

/** Makes temporary databases; after each test its stores are closed and its folders removed. */
export function temporaryStores(): Temporary {
  const folders: string[] = [];
  const stores: EmbeddedStore[] = [];
  afterEach(() => {
    for (const store of stores.splice(0)) store.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const path = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "zhian-store-"));
    folders.push(folder);
    return join(folder, "zhian.db");
  };
  return {
    path,
    open(at = path(), blockEvents, more = {}) {
      const store = openStore({
        path: at,
        clock: testClock,
        lifeCycle: fakeLifeCycle,
        ...(blockEvents !== undefined && { blockEvents }),
        ...more,
      });
      stores.push(store);
      return store;
    },
  };
}
