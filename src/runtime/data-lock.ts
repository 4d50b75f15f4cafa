import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ZhianError } from "../errors.ts";

/** Takes the data folder for this process. Throws CONFLICT while another living process has it. */
export function lockData(dataDir: string): { release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "hub.lock");
  if (!create(path)) {
    const holder = readFileSync(path, "utf8");
    if (isAlive(holder)) {
      throw new ZhianError(
        "CONFLICT",
        `${dataDir} is in use by process ${holder.split(" ")[0]}; stop that hub first`,
      );
    }
    rmSync(path, { force: true });
    if (!create(path)) throw new ZhianError("CONFLICT", `${dataDir} was taken by another process just now`);
  }
  return { release: () => rmSync(path, { force: true }) };
}

function create(path: string): boolean {
  try {
    const fd = openSync(path, "wx", 0o600);
    writeSync(fd, `${process.pid} ${startTime(process.pid)}`);
    closeSync(fd);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** A process number may be used again after a crash; with the start time it is the same process only once. */
function isAlive(holder: string): boolean {
  const [pid = "", started = ""] = holder.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return startTime(Number(pid)) === started;
}

/** Start time in clock ticks since boot (proc(5), field 22); empty where there is no /proc. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
