import type { BacktestProgress, BacktestReport } from "../domain/backtest.ts";
import type { Transport } from "../domain/journal.ts";
import type { ClaimCheck, PrintedClaim, StudyPlan, StudyQuestion } from "../domain/study.ts";
import type { Trial, TrialOutcome } from "../ports.ts";
import type { ApiClient } from "./api-client.ts";
import type { HubBacktest } from "./hub-backtest.ts";
import type { ToldFault } from "./rule-faults.ts";

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

/** What `rules check` found out. */
interface RulesCheck {
  readonly folder: string;
  /** How many can be used. */
  readonly rules: number;
  readonly faults: readonly ToldFault[];
}

/** What `rules backtest` is asked. */
interface BacktestRequest {
  readonly config?: string;
  /** A day in the configuration's zone, or an instant. */
  readonly from: string;
  readonly to: string;
  readonly estateId?: string;
  /** How many officers share the notifications. */
  readonly officers?: number;
  /** Folder of rules to compare with those in force. */
  readonly proposedDir?: string;
}

/** A profile that was begun. */
interface NewProfile {
  readonly id: string;
  /** Paths from the root of the source tree. */
  readonly files: readonly string[];
}

/** A span that `influx` is asked about; days are UTC days. */
interface InfluxRequest {
  readonly config?: string;
  readonly from: string;
  readonly to: string;
}

/** How a rebuild of the time series went. */
interface InfluxRebuilt {
  readonly lines: number;
  readonly refused: readonly { readonly line: string; readonly reason: string }[];
  /** The span as instants. */
  readonly from: string;
  readonly to: string;
}

/** What `influx verify` found. */
interface InfluxCheck {
  /** Points stored. */
  readonly points: number;
  /** Lines not shipped yet. */
  readonly waiting: number;
  readonly differences: readonly {
    readonly measurement: string;
    readonly day: string;
    readonly estateId: string;
    readonly stored: number;
    readonly influx: number;
  }[];
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
  /** Reads a folder of rules as the hub would: that of the configuration, unless another is named. */
  checkRules(options: { readonly config?: string; readonly folder?: string }): Promise<RulesCheck>;
  /** Tries rules on stored events, beside a running hub or without one. */
  backtest(
    request: BacktestRequest,
    onProgress: (progress: BacktestProgress) => void,
    signal: AbortSignal,
  ): Promise<BacktestReport>;
  /** The same request as a hub is asked: days as instants, rules as texts. */
  hubBacktest(request: BacktestRequest): Promise<HubBacktest>;
  /** What the hub would make of messages, each in its turn. */
  decode(trial: Trial): Promise<readonly TrialOutcome[]>;
  /** Makes the folder of a new profile and registers it. Throws ZhianError for a name that is faulty or taken. */
  newProfile(request: { readonly name: string; readonly transport: Transport }): Promise<NewProfile>;
  /** Counts that would be printed as that percentage. */
  claimCheck(claim: PrintedClaim): Promise<ClaimCheck>;
  /** How long, or at how many estates, an installation must be watched. */
  planStudy(question: StudyQuestion): Promise<StudyPlan>;
  /** Makes what is needed in InfluxDB; returns what it did, a sentence each. */
  influxSetup(options: { readonly config?: string }): Promise<readonly string[]>;
  /** Ships what is stored of a span once more. */
  influxRebuild(
    request: InfluxRequest,
    onProgress: (lines: number) => void,
    signal: AbortSignal,
  ): Promise<InfluxRebuilt>;
  /** Compares store and InfluxDB. */
  influxVerify(request: InfluxRequest, signal: AbortSignal): Promise<InfluxCheck>;
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
