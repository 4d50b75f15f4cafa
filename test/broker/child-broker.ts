import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { BrokerFigures } from "../../src/broker/broker.ts";
import type { Ports } from "../../src/broker/listeners.ts";

export interface ChildFigures {
  readonly figures: BrokerFigures;
  readonly accepted: number;
  /** Bytes. */
  readonly rss: number;
}

/** A broker in a process of its own; killed when the test is over. */
export interface ChildBroker {
  readonly ports: Ports;
  figures(): Promise<ChildFigures>;
  command(payload: string): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  readonly running: () => boolean;
}

export async function startChild(sessionDir: string): Promise<ChildBroker> {
  const child = fork(fileURLToPath(new URL("broker-process.ts", import.meta.url)), [sessionDir], {
    execArgv: [],
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    if (!running()) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  onTestFinished(kill);
  const { ports } = (await answer(child)) as { ports: Ports };
  return {
    ports,
    running,
    kill,
    async figures() {
      child.send("figures");
      return (await answer(child)) as unknown as ChildFigures;
    },
    async command(payload) {
      child.send(payload);
      const reply = await answer(child);
      if (!("sent" in reply)) throw new Error(JSON.stringify(reply));
    },
  };
}

async function answer(child: ChildProcess): Promise<object> {
  const [message] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`the broker ended with ${code}`))),
  ])) as [object];
  return message;
}
