import { constant } from "../../src/device-kit/index.ts";

/** The Frigate server itself, where a message is not about one camera. */
export const server = constant("frigate");
