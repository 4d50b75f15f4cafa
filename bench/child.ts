import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { ChildMessage } from "./child-side.ts";

const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 10_000;

/** A server of ours in its own process. */
export interface Child {
  readonly pid: number;
  readonly port: number;
  /** Events stored so far. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a file of ours and waits until it says on which port it listens. */
export async function startChild(file: URL, args: readonly string[] = []): Promise<Child> {
  const child = fork(file, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const message = async (): Promise<ChildMessage> => {
    const [answer] = (await once(child, "message", {
      signal: AbortSignal.timeout(READY_WITHIN_MS),
    })) as [ChildMessage];
    return answer;
  };
  try {
    const ready = await Promise.race([message(), died(child, file.pathname)]);
    if (ready.kind !== "ready") throw new Error(`${file.pathname} said ${ready.kind} before it was ready`);
    return {
      pid: child.pid as number,
      port: ready.port,
      async stored() {
        const answer = message();
        child.send("stored?");
        const { kind, ...rest } = await answer;
        return kind === "stored" && "count" in rest ? rest.count : 0;
      },
      stop: () => stop(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Starts a program that is not ours. Rejects when it cannot be started. */
export async function startProgram(
  program: string,
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly stop: () => Promise<void> }> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  await once(child, "spawn");
  return { child, pid: child.pid as number, stop: () => stop(child) };
}

/** Ends a process by its own id: asked first, then told. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  child.kill("SIGTERM");
  await exit;
  clearTimeout(force);
}

/** A port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Rejects when the process ends. */
export async function died(child: ChildProcess, name: string): Promise<never> {
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  throw new Error(`${name} ended before it was ready (${signal ?? `exit code ${code}`})`);
}
