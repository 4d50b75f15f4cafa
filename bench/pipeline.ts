import type { LoadGateway } from "../simulators/raw-loader.ts";

/** A way from a gateway to the disk that the bench can start. */
export interface Pipeline {
  readonly id: "aedes" | "mosquitto" | "hub";
  readonly title: string;
  /** Why it cannot run here; undefined when it can. */
  missing(): string | undefined;
  /** Starts it afresh with its files under `directory`. */
  start(directory: string): Promise<RunningPipeline>;
}

/** A pipeline that listens on loopback. */
export interface RunningPipeline {
  readonly port: number;
  readonly gateways: readonly LoadGateway[];
  /** Every process whose time and memory count. */
  readonly pids: readonly number[];
  /** Events stored, or reacted to, so far; undefined where nothing is stored. */
  readonly stored?: () => Promise<number>;
  /** From start to ready, and memory then. */
  readonly idle?: { readonly readyMs: number; readonly rssMb: number };
  stop(): Promise<void>;
}
