import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { anonymousGateways } from "../simulators/raw-loader.ts";
import { freePort, startChild, startProgram } from "./child.ts";
import type { Pipeline } from "./pipeline.ts";
import { ESTATES, GATEWAYS_PER_ESTATE } from "./setting.ts";

const STORE = new URL("./mosquitto-store.ts", import.meta.url);
const LISTEN_WITHIN_MS = 5_000;
const RETRY_MS = 20;

/** Baseline 2: Mosquitto, and an mqtt.js subscriber that group-commits to SQLite. */
export const mosquittoAndStore: Pipeline = {
  id: "mosquitto",
  title: "Mosquitto + mqtt.js subscriber, SQLite group commit",
  missing: () => (findMosquitto() === undefined ? "mosquitto is not installed" : undefined),
  async start(directory) {
    const port = await freePort();
    const configuration = join(directory, "mosquitto.conf");
    writeFileSync(configuration, mosquittoConfiguration(port));
    const broker = await startProgram(findMosquitto() ?? "mosquitto", ["-c", configuration]);
    try {
      await listening(port);
      const store = await startChild(STORE, [String(port), join(directory, "events.db")]);
      return {
        port,
        gateways: anonymousGateways(ESTATES, GATEWAYS_PER_ESTATE),
        pids: [broker.pid, store.pid],
        stored: () => store.stored(),
        async stop() {
          await store.stop();
          await broker.stop();
        },
      };
    } catch (error) {
      await broker.stop();
      throw error;
    }
  },
};

/** Where mosquitto is; undefined when it is not installed. */
function findMosquitto(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "mosquitto")).find((file) => existsSync(file));
}

/** Limits lifted, so that the queue before the subscriber drops nothing. */
function mosquittoConfiguration(port: number): string {
  return `listener ${port} 127.0.0.1
allow_anonymous true
persistence false
log_dest none
set_tcp_nodelay true
max_queued_messages 0
`;
}

async function listening(port: number): Promise<void> {
  const until = Date.now() + LISTEN_WITHIN_MS;
  while (!(await accepts(port))) {
    if (Date.now() > until) throw new Error(`mosquitto does not listen on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
