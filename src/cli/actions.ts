import type { Transport } from "../domain/journal.ts";
import type { Trial, TrialOutcome } from "../ports.ts";
import type { ApiClient } from "./api-client.ts";

/** Options that every command has. */
export interface GlobalOptions {
  /** Configuration file. */
  readonly config?: string;
  /** Address of the hub. */
  readonly url?: string;
  readonly tokenFile?: string;
  /** JSON instead of tables. */
  readonly json?: boolean;
}

/** What `config check` found out; a faulty configuration throws instead. */
interface ConfigCheck {
  /** The configuration in force; it holds no secret. */
  readonly config: object;
  readonly warnings: readonly string[];
}

/** A profile that was begun. */
interface NewProfile {
  readonly id: string;
  /** Paths from the root of the source tree. */
  readonly files: readonly string[];
}

/** What the commands do; the process injects it. Whatever fails throws ZhianError or ApiProblem. */
export interface CliActions {
  /** Runs the hub; resolves when it has stopped. */
  start(options: { readonly config?: string }): Promise<void>;
  /** Runs the demo; resolves when it has stopped. */
  demo(options: { readonly config?: string; readonly speed: number; readonly seed: number }): Promise<void>;
  /** Puts a backup in the place of the database. Refused with CONFLICT while a hub runs. */
  restore(options: { readonly config?: string; readonly file: string }): Promise<void>;
  /** Faults of the data folder; empty when sound. Refused with CONFLICT while a hub runs. */
  verify(options: { readonly config?: string }): Promise<readonly string[]>;
  checkConfig(options: { readonly config?: string }): Promise<ConfigCheck>;
  /** What the hub would make of messages, each in its turn. */
  decode(trial: Trial): Promise<readonly TrialOutcome[]>;
  /** Makes the folder of a new profile and registers it. Throws ZhianError for a name that is faulty or taken. */
  newProfile(request: { readonly name: string; readonly transport: Transport }): Promise<NewProfile>;
  /** What is piped into the command. */
  input(): AsyncIterable<Uint8Array>;
  /** A client of the running hub; nothing is sent yet. */
  connect(options: GlobalOptions): ApiClient;
}

/** Where commands write; `err` is for people, `out` for results. Lines come without their line break. */
export interface CliOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Ends `events tail --follow`. */
  readonly signal?: AbortSignal;
}
