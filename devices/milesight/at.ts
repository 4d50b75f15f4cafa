import type { Source } from "../../src/device-kit/index.ts";

/** The value of a name in the decoded object, wherever that stands in the message. */
export type At = (name: string) => Source;
