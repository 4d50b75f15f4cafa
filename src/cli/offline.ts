import type { CliActions } from "./actions.ts";

/** What works on a data folder that no hub uses. */
export interface OfflineParts {
  /** The data folder of a configuration. */
  readonly dataDirOf: (config: string | undefined) => string;
  /** Takes the folder for this process. Throws ZhianError CONFLICT while another has it. */
  readonly lock: (dataDir: string) => { release(): void };
  readonly restore: (dataDir: string, file: string) => Promise<void>;
  readonly verify: (dataDir: string) => Promise<readonly string[]>;
}

/** Makes `restore` and `verify`, which hold the data folder's lock for as long as they work. */
export function createOfflineActions(parts: OfflineParts): Pick<CliActions, "restore" | "verify"> {
  async function alone<T>(config: string | undefined, work: (dataDir: string) => Promise<T>): Promise<T> {
    const dataDir = parts.dataDirOf(config);
    const lock = parts.lock(dataDir);
    try {
      return await work(dataDir);
    } finally {
      lock.release();
    }
  }
  return {
    restore: ({ config, file }) => alone(config, (dataDir) => parts.restore(dataDir, file)),
    verify: ({ config }) => alone(config, parts.verify),
  };
}
