import { anonymousGateways } from "../simulators/raw-loader.ts";
import { startChild } from "./child.ts";
import type { Pipeline } from "./pipeline.ts";
import { ESTATES, GATEWAYS_PER_ESTATE } from "./setting.ts";

const SERVER = new URL("./aedes-server.ts", import.meta.url);

/** Baseline 1: what the broker library does when nothing is checked and nothing stored. */
export const aedesAlone: Pipeline = {
  id: "aedes",
  title: "Aedes alone, nothing stored",
  missing: () => undefined,
  async start() {
    const server = await startChild(SERVER);
    return {
      port: server.port,
      pids: [server.pid],
      gateways: anonymousGateways(ESTATES, GATEWAYS_PER_ESTATE),
      stop: () => server.stop(),
    };
  },
};
