import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

/** Where the figures come from; without it they mean nothing. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly fileSystem: string;
  readonly loadBefore: string;
  readonly date: string;
}

const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x01021994: "tmpfs (in memory: fsync costs nothing, figures are too good)",
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "zfs",
};

/** Facts of this machine; `directory` is where the pipelines store. */
export function machineFacts(directory: string, now: Date): MachineFacts {
  const { type } = statfsSync(directory);
  return {
    cpu: cpuModel(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    fileSystem: FILE_SYSTEMS[type] ?? `type 0x${type.toString(16)}`,
    loadBefore: loadavg()[0]?.toFixed(2) ?? "",
    date: now.toISOString().slice(0, 10),
  };
}

function cpuModel(): string {
  const model = cpus()[0]?.model.trim() ?? "";
  if (model !== "" && model !== "unknown") return model;
  return /^model name\s*:\s*(.+)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "unknown";
}
