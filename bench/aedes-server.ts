/** Baseline 1: Aedes alone, no hooks, nothing stored. Its own process. */
import { createServer, type AddressInfo } from "node:net";
import { Aedes } from "aedes";
import { announceReady } from "./child-side.ts";

const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen(0, "127.0.0.1", () => announceReady((server.address() as AddressInfo).port));
