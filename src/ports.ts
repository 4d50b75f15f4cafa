/** Every interface between areas. An area sees another only through one of these. */
import type { BadActor } from "./domain/bad-actor.ts";
import type { ComparedEstate, ComparisonInput } from "./domain/comparison-input.ts";
import type { Comparison } from "./domain/comparison.ts";
import type { Backtest, BacktestPeriod } from "./domain/backtest.ts";
import type {
  BindingOptions,
  Device,
  DeviceConfig,
  DeviceKind,
  Estate,
  Gateway,
  Place,
} from "./domain/estate.ts";
import type { ClosingCount } from "./domain/ledger.ts";
import type { Anomaly } from "./domain/anomaly.ts";
import type { EstateModes, ModeOrder, ModeSpan } from "./domain/estate-mode.ts";
import type { HouseholdChange, PresenceSign, TimeSpan } from "./domain/exposure.ts";
import type {
  Aside,
  Ask,
  DeadReason,
  Decoded,
  DecodedEvent,
  IgnoreReason,
  Json,
  Lesson,
  SecurityEvent,
} from "./domain/event.ts";
import type { Explanation } from "./domain/explanation.ts";
import type {
  Incident,
  IncidentChange,
  IncidentCommand,
  IncidentStatus,
  IncidentTransition,
  Verification,
} from "./domain/incident.ts";
import type { DeadEntry, JournalEntry, JournalPosition, Transport } from "./domain/journal.ts";
import type {
  Caveat,
  ComparisonSide,
  ComparisonWindows,
  RateRow,
  RecordedSpan,
  Simulation,
  Span,
} from "./domain/rates.ts";
import type { MonthCount, PeriodAnswer, PeriodChanges } from "./domain/period-change.ts";
import type { CaseUnit, RecordedCase } from "./domain/recorded-case.ts";
import type {
  ClaimCheck,
  PowerAnswer,
  PowerQuestion,
  PrintedClaim,
  StudyPlan,
  StudyQuestion,
} from "./domain/study.ts";
import type {
  AnomalyRecord,
  Cluster,
  Detector,
  SurveillanceJob,
  SurveillanceRun,
} from "./domain/surveillance.ts";
import type { Severity } from "./domain/taxonomy.ts";
import type { EpochMs, LocalDate } from "./domain/time.ts";
import type { Route } from "./domain/topic.ts";

/* ───────────────────────────── time ───────────────────────────── */

/** The only source of time; tests inject their own. */
export interface Clock {
  now(): EpochMs;
}

/* ─────────────────────── devices as data ──────────────────────── */

/** One message as a profile sees it. */
export interface ProfileInput {
  readonly transport: Transport;
  /** Vendor topic or HTTP path, without the hub's prefix; a custom prefix is already rewritten. */
  readonly path: string;
  readonly payload: Uint8Array;
  readonly contentType?: string;
  /** MQTT retain flag: the message tells a present state, not a change. */
  readonly retained: boolean;
  readonly receivedAt: EpochMs;
  /** The installation's overrides for a device, by the vendor's name of it. */
  readonly configOf: (device: string) => DeviceConfig;
  /** Keyed hash that replaces personal data before anything is stored or logged. */
  readonly pseudonym: (personal: string) => string;
  /** IANA zone for timestamps without an offset. */
  readonly zone: string;
  /** What the gateway's binding says about a format that leaves its meaning to the installation. */
  readonly options: BindingOptions;
  /** What earlier messages of this bridge taught under a key; undefined when nothing. */
  readonly recall: (key: string) => Json | undefined;
}

/**
 * How well a profile is tested. `bronze`: messages written by us · `silver`: also messages captured from
 * devices or given by the vendor · `gold`: also end to end, from a real client to stored events.
 */
export type Tier = "bronze" | "silver" | "gold";

/** Declarative description of one vendor's or bridge's format. */
export interface Profile {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly vendor: string;
  readonly transports: readonly Transport[];
  /** Default first topic segments, replaced by a gateway's bindings. */
  readonly prefix: string;
  readonly kind: DeviceKind;
  readonly tier: Tier;
  /** True when it also reads paths below other prefixes, once it has learned of them (key = path). */
  readonly readsLearnedPaths?: boolean;
  /** True when the path is one this profile reads. */
  readonly matches: (path: string, transport: Transport) => boolean;
  /** Reads one message. Never throws; bounded in time and size. */
  readonly decode: (input: ProfileInput) => Decoded;
}

/* ─────────────────────────── intake ───────────────────────────── */

/** Who connected: a gateway with verified credentials. */
export interface GatewayPrincipal {
  readonly gatewayId: string;
  readonly estateIds: ReadonlySet<string>;
}

/** Bytes that arrived on a topic or an intake path, from a principal that may send them there. */
export interface InboundMessage {
  readonly transport: Transport;
  readonly gatewayId: string;
  readonly route: Route;
  readonly payload: Uint8Array;
  readonly contentType?: string;
  readonly retained: boolean;
  readonly receivedAt: EpochMs;
}

/** What became of a message; `dead` is kept and can be replayed. */
export interface Acceptance {
  readonly outcome: "events" | "ignored" | "dead";
  readonly events: number;
  readonly reason?: string;
}

/** Makes a message durable. Resolves only when it is on disk; the caller acknowledges then. */
export type Accept = (message: InboundMessage) => Promise<Acceptance>;

/** Makes a change of a gateway's presence durable. */
export type AcceptPresence = (
  principal: GatewayPrincipal,
  status: "online" | "offline",
  cause: "connect" | "disconnect" | "status" | "silence",
) => Promise<void>;

/** Finds out who a gateway is, and what it may do. */
export interface Authenticator {
  /** The principal for gateway id and secret; undefined when either is wrong or revoked. */
  verify(gatewayId: string, secret: string, remoteAddress: string): Promise<GatewayPrincipal | undefined>;
  /** The principal for a client certificate's common name (mTLS); undefined when unknown or revoked. */
  byCertificate(commonName: string): GatewayPrincipal | undefined;
  /** The present rights of a gateway; undefined once revoked. Asked for every publish, so it is a map look-up. */
  principal(gatewayId: string): GatewayPrincipal | undefined;
}

/** Turns a message into events; never throws. */
export interface Decoder {
  decode(message: InboundMessage): DecodedMessage;
}

/** A decoded message with the profile that read it and the ids its devices have in the hub. */
export interface DecodedMessage {
  readonly profile: string;
  readonly decoded: Decoded;
  /** The hub's id for a device the profile names. */
  readonly deviceId: (name: string) => string;
}

/** A definition with whom it belongs to: lessons of one bridge never reach another. */
export interface LearnedLesson extends Lesson {
  readonly estateId: string;
  readonly gatewayId: string;
  readonly profile: string;
}

/** What a bridge taught a profile under a key; asked for every message, so it must be quick. */
export type Recall = (estateId: string, gatewayId: string, profile: string, key: string) => Json | undefined;

/** Makes what a message taught known at once; resolves when it is durable. */
export type Learn = (message: InboundMessage, profile: string, lessons: readonly Lesson[]) => Promise<void>;

/** Sends a message back to the bridge it answers; late or lost does no harm. */
export type SendToBridge = (message: InboundMessage, asks: readonly Ask[]) => void;

/* ───────────────────────── trying out ─────────────────────────── */

/** Messages as somebody tries them on the profiles, without a hub. */
export interface Trial {
  /** In order: later ones know what earlier ones taught, and the states they left. */
  readonly messages: readonly TrialMessage[];
  /** The profile a gateway's binding would name; found by the topic when absent. */
  readonly profile?: string;
  /** The prefix that binding would have; when absent, the profile's own or the first segment. */
  readonly prefix?: string;
  /** The binding's options, unchecked. */
  readonly options?: unknown;
  /** The configuration of every device in the messages, unchecked. */
  readonly config?: unknown;
  /** Zone of the estate; that of a fresh configuration when absent. */
  readonly zone?: string;
}

export interface TrialMessage extends Pick<
  InboundMessage,
  "transport" | "payload" | "contentType" | "retained"
> {
  /** The vendor's topic or path; one that begins with `estates/` is a whole topic of the hub. */
  readonly topic: string;
}

/** What the hub would make of a message. */
export type TrialOutcome = { readonly topic: string; readonly profile: string } & (
  | { readonly outcome: "events"; readonly events: readonly TrialEvent[] }
  | { readonly outcome: "ignored"; readonly reason: IgnoreReason; readonly deviceId?: string }
  | { readonly outcome: "dead"; readonly reason: DeadReason; readonly detail: string }
) &
  Aside;

/** An event as it would be stored, with what decided whether it is. */
export interface TrialEvent extends SecurityEvent {
  readonly report: DecodedEvent["report"];
  readonly property?: string;
  /** False for a level that repeats what is known. */
  readonly stored: boolean;
}

/* ──────────────────────── commissioning ───────────────────────── */

/** Proves devices from end to end: one that is triggered on site must come out as a stored event. */
export interface Commissioning {
  /** Told of every message as it was decoded. Costs nothing while no test runs. */
  readonly heard: (message: InboundMessage, read: DecodedMessage) => void;
  /**
   * Waits until a real event of the device is stored, and notes that in the store. Throws ZhianError
   * NOT_FOUND for an unknown device; UNAVAILABLE when too many tests run, `signal` aborts, or the hub is
   * behind in storing what it heard.
   */
  test(request: {
    readonly estateId: string;
    readonly deviceId: string;
    readonly waitMs: number;
    readonly signal: AbortSignal;
  }): Promise<DeviceTest>;
}

/** How the test of a device ended. */
export interface DeviceTest {
  /**
   * `confirmed`: a real event is stored · `unchanged`: events were decoded, but none is a change that the
   * device itself reported now · `ignored`: heard, but nothing that is an event · `dead`: messages of its
   * gateway could not be read · `silent`: nothing of that.
   */
  readonly outcome: "confirmed" | "unchanged" | "ignored" | "dead" | "silent";
  /** The event that is the proof. */
  readonly event?: SecurityEvent;
  readonly heard: HeardOfDevice;
  /** The device's clock in its last event that had a time: hub time minus device time, delivery included. */
  readonly clock: { readonly deviceAt?: EpochMs; readonly skewMs?: number };
  readonly tookMs: number;
}

/** What came in while a device was tested. */
export interface HeardOfDevice {
  /** Events of the device that were decoded, repeats of a known state included. */
  readonly events: number;
  /** Messages of the device without an event, by reason. */
  readonly ignored: Readonly<Record<string, number>>;
  /** Messages that could not be read and may be the device's, by reason. */
  readonly dead: Readonly<Record<string, number>>;
  /** Other messages of its gateway. */
  readonly others: number;
  /** Events of the device that were stored and prove nothing, by reason. */
  readonly noProof: Readonly<Partial<Record<NoProof, number>>>;
}

/**
 * Why a stored event proves nothing: made by a simulator · a present or an old state · about the
 * connection only, which others report too.
 */
export type NoProof = "simulated" | "retained" | "initial" | "replayed" | "connection";

/* ─────────────────────────── journal ──────────────────────────── */

/** The accept side of the journal: append-only, group commit. */
export interface Journal {
  /** Resolves when the entry is on disk. Held back, never rejected, while the disk is in trouble. */
  append(entry: JournalEntry): Promise<void>;
  readonly health: () => JournalHealth;
  /** Flushes what is pending and closes the file. */
  close(): Promise<void>;
}

export interface JournalHealth {
  readonly pendingEntries: number;
  readonly pendingBytes: number;
  /** End of what is on disk. */
  readonly durable: JournalPosition;
  /** Set while writes fail: since when, and what the system said. */
  readonly fault?: { readonly since: EpochMs; readonly message: string };
}

/** The react side of the journal: reads what is durable, in order. */
export interface JournalReader {
  /** Entries after `from`, at most about `limit` and about a megabyte; an empty list when there are none yet. */
  read(from: JournalPosition, limit: number): JournalBatch;
  /** True when `position` is the end of what may be read. */
  drained(position: JournalPosition): boolean;
  /** True when `position` is one in this journal, as far as can be told. */
  belongs(position: JournalPosition): boolean;
  /** Removes files that lie wholly before `position`. */
  release(position: JournalPosition): void;
}

export interface JournalBatch {
  readonly entries: readonly JournalEntry[];
  /** Where the next read starts. */
  readonly next: JournalPosition;
}

/* ──────────────────────────── rules ───────────────────────────── */

/** What a rule may know of the device an event came from. */
export interface DeviceFacts {
  readonly kind: DeviceKind;
  readonly placeId?: string;
  readonly zone: string;
  /** What decides the mode of its estate; absent: always armed. */
  readonly modes?: EstateModes;
}

/** What a rule says about an episode; the incident life cycle turns it into a change. */
export interface Verdict {
  /** `open`: an episode began · `evidence`: it goes on · `end`: it is over (clear or time-out). */
  readonly kind: "open" | "evidence" | "end";
  readonly rule: { readonly id: string; readonly version: string };
  readonly type: string;
  readonly severity: Severity;
  readonly estateId: string;
  /** At most one incident of a key is not closed. */
  readonly key: string;
  readonly placeId?: string;
  readonly deviceId: string;
  /** Event time of what is told. */
  readonly at: EpochMs;
  /** Hub time at which the rule knew. */
  readonly detectedAt: EpochMs;
  /** Identity of the episode: id of the event that began it. */
  readonly episode: string;
  /** The event that led to this verdict; absent for timers. */
  readonly eventId?: string;
  readonly late: boolean;
  readonly test: boolean;
  readonly simulated: boolean;
  /** How sure it is by now; absent: 0. */
  readonly verification?: Verification;
  /** It only makes surer what is known already: it opens and resumes nothing. */
  readonly confirms?: true;
  /** It came and went so often that it is held as going on. */
  readonly chattering?: true;
  /** What stands beside the line in the history. */
  readonly note?: string;
  /** A new episode this soon after the closing reopens the incident, milliseconds; absent: never. */
  readonly reopenWithin?: number;
}

/** How far an operator is with a key; nothing of it when it waits for nothing. */
export interface Standing {
  /** How many of those it needs are together. */
  readonly counted?: { readonly have: number; readonly need: number };
  /** Hub time at which it decides, unless something comes between. */
  readonly decidesAt?: EpochMs;
}

/** One step of a rule for one key, for whoever wants to see how it works. */
export interface RuleStep {
  readonly rule: { readonly id: string; readonly version: string };
  readonly key: string;
  /** Hub time. */
  readonly at: EpochMs;
  /** The event that concerned the rule; absent when a timer was due. */
  readonly heard?: {
    readonly event: SecurityEvent;
    /** The part it played, and the condition that held. */
    readonly role: string;
    readonly condition: string;
    /** What was compared or counted of it. */
    readonly value?: string | number | boolean;
  };
  /** Afterwards. */
  readonly standing: Standing;
  readonly verdicts: readonly Verdict[];
}

/** One key's state of one rule; `state` undefined: the key is idle again, forget it. */
export interface RuleStateChange {
  readonly ruleId: string;
  readonly key: string;
  readonly state?: string;
}

/** Classifies events in time. A fold: same events in the same order, same verdicts. */
export interface RuleEngine {
  /** Forgets everything and continues from a checkpoint. */
  restore(states: readonly RuleStateChange[]): void;
  /** The hub was off and hears again since `now`: what it could not hear is no silence. In order with `advance`. */
  resume(now: EpochMs): void;
  /** Fires every timer due up to `now`, in order of their due times. */
  advance(now: EpochMs): readonly Verdict[];
  /** Folds one event in. Call `advance(event.receivedAt)` first. */
  fold(event: SecurityEvent, device: DeviceFacts): readonly Verdict[];
  /** When the next timer is due; undefined when none is set. */
  nextDue(): EpochMs | undefined;
  /** Keys whose state changed since the last call, for the checkpoint. */
  takeChanges(): readonly RuleStateChange[];
  /** The rules in force. */
  list(): readonly RuleSummary[];
}

export interface RuleSummary {
  readonly id: string;
  readonly version: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly incident: string;
  readonly severity: Severity;
  readonly file: string;
}

/** Why a rule (or a file of rules) was not loaded. */
export interface RuleFault {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Id of the rule, where it has one. */
  readonly rule?: string;
  /** Path of the field within the rule, `when.holds.for`; empty: the rule or file as a whole. */
  readonly field: string;
  /** A sentence. */
  readonly reason: string;
}

/** What reading the folder of rules again changed; lists are ids. */
export interface RuleReload {
  /** How many rules are in force. */
  readonly rules: number;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** In force in an earlier version, because what the folder has now is faulty. */
  readonly kept: readonly string[];
  readonly faults: readonly RuleFault[];
}

/** A version of a rule that was in force. */
export interface RuleVersion {
  readonly id: string;
  readonly version: string;
  /** When it was first put in force. */
  readonly firstAt: EpochMs;
  /** The file it is in force from; absent: it is no longer in force. */
  readonly file?: string;
  /** The rule as it was written. */
  readonly definition: Readonly<Record<string, Json>>;
}

/** Trying and explaining rules, beside the work of the hub and without any effect on it. */
export interface RuleTrials {
  /**
   * What is wrong with the texts of rule files, by file name. Throws ZhianError UNAVAILABLE while too much
   * else is tried.
   */
  check(files: Readonly<Record<string, string>>): Promise<{
    readonly rules: readonly { readonly id: string; readonly version: string; readonly file: string }[];
    readonly faults: readonly RuleFault[];
  }>;
  /**
   * Starts to try the rules in force, and those that `proposed` puts in their place, on stored events.
   * Throws ZhianError CONFLICT while another backtest runs.
   */
  startBacktest(period: BacktestPeriod, proposed?: Readonly<Record<string, string>>): Backtest;
  /** A backtest that runs or ended within the last hour. Throws ZhianError NOT_FOUND when there is none. */
  backtest(id: string): Backtest;
  /** Calls a backtest off, or forgets one that has ended. Throws ZhianError NOT_FOUND when there is none. */
  endBacktest(id: string): void;
  /**
   * How an incident came about, showing only events of estates in `scope`. Throws ZhianError NOT_FOUND
   * when there is none, UNAVAILABLE while too much else is explained or when it takes too long.
   */
  explain(incidentId: string, scope: Scope): Promise<Explanation>;
}

/** The life cycle of an incident, as pure functions. */
export interface IncidentLifeCycle {
  /**
   * What a verdict does to an incident of its key; undefined when nothing. `known` is the unclosed one or,
   * when there is none and the verdict says `reopenWithin`, the one that was closed last.
   */
  apply(verdict: Verdict, known: Incident | undefined): IncidentChange | undefined;
  /** What a person's command does. Throws ZhianError CONFLICT when the state forbids it. */
  command(incident: Incident, command: IncidentCommand, by: string, now: EpochMs): IncidentChange;
}

/* ──────────────────────── store: react side ───────────────────── */

/** The last known state of a device: points, clock samples. Kept by the hub, opaque to the store. */
export interface DeviceMemory {
  readonly estateId: string;
  readonly deviceId: string;
  readonly json: string;
}

/** A device as react needs it. */
export interface DeviceOnFile {
  readonly facts: DeviceFacts;
  readonly memory: string | undefined;
}

/** One hour's count, added to what stands there already. */
export interface HourlyCount {
  /** Start of the hour, UTC. */
  readonly hour: EpochMs;
  readonly estateId: string;
  readonly deviceKind: DeviceKind;
  readonly code: string;
  readonly phase: string;
  readonly count: number;
}

export interface DeviceSighting {
  readonly estateId: string;
  readonly deviceId: string;
  readonly gatewayId: string;
  readonly profile: string;
  readonly at: EpochMs;
  readonly simulated: boolean;
  readonly skewMs?: number;
}

/** What one react step does to the store. Everything in one transaction, or nothing. */
export interface ReactTransaction {
  /** Those of `ids` that are not stored yet, each once. */
  unseen(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Facts and memory of devices, by `estateId/deviceId`; an unknown device gets default facts. */
  devices(
    keys: readonly { estateId: string; deviceId: string }[],
  ): Promise<ReadonlyMap<string, DeviceOnFile>>;
  insertEvents(events: readonly SecurityEvent[]): Promise<void>;
  /** Stores letters; one there already is counted. Beyond a gateway's most, its oldest make room. */
  insertDeadLetters(letters: readonly DeadEntry[]): Promise<void>;
  addCounts(counts: readonly HourlyCount[]): Promise<void>;
  /** Registers unknown devices as pending, and notes when each was last seen. */
  seeDevices(sightings: readonly DeviceSighting[]): Promise<void>;
  saveMemories(memories: readonly DeviceMemory[]): Promise<void>;
  savePresence(gatewayId: string, status: "online" | "offline", at: EpochMs): Promise<void>;
  /** Notes who went away and who came back, each at its own time. The same sign again changes nothing. */
  noteSigns(signs: readonly PresenceSign[]): Promise<void>;
  /** The incident of the key that is not closed, ended or not. */
  openIncident(key: string): Promise<Incident | undefined>;
  /** Of the closed incidents of the key the one that was closed last. */
  latestClosed(key: string): Promise<Incident | undefined>;
  saveIncidents(changes: readonly IncidentChange[]): Promise<void>;
  saveRuleStates(changes: readonly RuleStateChange[]): Promise<void>;
  saveCursor(position: JournalPosition): Promise<void>;
}

export interface ReactStore {
  /** Runs `work` alone and atomically. When it throws, nothing of it remains. */
  react<T>(work: (tx: ReactTransaction) => Promise<T>): Promise<T>;
  cursor(): Promise<JournalPosition>;
  ruleStates(): Promise<readonly RuleStateChange[]>;
  /** When the hub was last known to be alive; undefined when it never was. */
  aliveAt(): Promise<EpochMs | undefined>;
  /** Notes that the hub is alive, and that it was not since `offSince`, when that is given. */
  noteAlive(at: EpochMs, offSince?: EpochMs): Promise<void>;
}

/* ──────────────────────── store: queries ──────────────────────── */

/** A page of a listing; `next` is given back as `after` for the page that follows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** Which estates a caller may see; undefined: all. */
export type Scope = readonly string[] | undefined;

export interface EventQuery extends PageRequest {
  readonly scope: Scope;
  readonly estateId?: string;
  readonly deviceId?: string;
  readonly code?: string;
  /** By `occurredAt`, inclusive. */
  readonly from?: EpochMs;
  /** Exclusive. */
  readonly to?: EpochMs;
}

export interface IncidentQuery extends PageRequest {
  readonly scope: Scope;
  readonly estateId?: string;
  readonly type?: string;
  readonly status?: Incident["status"];
  readonly severity?: Severity;
  /** As sure as this, or surer. */
  readonly minVerification?: Verification;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

export interface DeviceQuery extends PageRequest {
  readonly scope: Scope;
  readonly estateId?: string;
  readonly status?: Device["status"];
}

export interface DeadLetter extends Omit<DeadEntry, "kind"> {
  /** How often the same message came on the day of `receivedAt`, and when last. */
  readonly count: number;
  readonly lastAt: EpochMs;
  readonly replayedAt?: EpochMs;
  readonly replayOutcome?: string;
}

export interface IncidentDetail {
  readonly incident: Incident;
  readonly history: readonly IncidentTransition[];
}

/** A person or program that may use the API. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Estates an officer, a viewer or the public is limited to; empty: all (admin, city viewers, the public). */
  readonly estateIds: readonly string[];
  readonly createdAt: EpochMs;
  readonly revokedAt?: EpochMs;
}

/** `public` reads rates and comparisons, without small counts, and nothing else. */
export type Role = "admin" | "officer" | "viewer" | "public";

/** Which cases of which estates to count, and between which days. */
export interface GroupCountQuery {
  readonly estateIds: readonly string[];
  readonly unit: CaseUnit;
  readonly types: readonly string[];
  /** Ascending days, 2 to 1,200. */
  readonly cuts: readonly LocalDate[];
}

export interface GroupCounts {
  /** In the order asked for. */
  readonly estates: readonly ComparedEstate[];
  /** The days that records of all these estates reach; null when nothing was imported. */
  readonly records: RecordedSpan | null;
}

/** Counts of a series per estate-local month or day. */
export interface CaseCount {
  /** First day of the bucket, estate-local. */
  readonly bucket: LocalDate;
  readonly count: number;
  /** How many of `count` a simulator made. */
  readonly simulated: number;
}

export interface CaseCountQuery {
  readonly estateId: string;
  readonly series: "recorded" | "sensor";
  /** For `recorded` only. */
  readonly unit?: CaseUnit;
  /** Taxonomy codes to count. */
  readonly types: readonly string[];
  /** Estate-local days, `from` inclusive, `to` exclusive. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly bucket: "day" | "week" | "month";
}

/** How an import ended. Nothing is stored when `refused` is not empty and the caller did not allow it. */
export interface ImportReport {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: readonly ImportRefusal[];
}

export interface ImportRefusal {
  /** Line of the file, 1-based, header included. */
  readonly line: number;
  readonly field: string;
  readonly reason: string;
}

/** What can be imported in one file of each kind. */
export type RegistryRecord =
  | { readonly kind: "estate"; readonly value: Estate }
  | { readonly kind: "place"; readonly value: Place }
  | {
      readonly kind: "gateway";
      readonly value: Pick<Gateway, "id" | "name" | "estateIds" | "bindings" | "simulated">;
    }
  | {
      readonly kind: "device";
      readonly value: Omit<Device, "firstSeen" | "lastSeen" | "confirmedAt" | "skewMs">;
    };

/** What a caller asks of an import; the same from the API and the command line. */
export interface ImportRequest {
  readonly scope: Scope;
  /** Found out from the bytes when absent: strict UTF-8 first, else GB18030. */
  readonly encoding?: "utf-8" | "gb18030";
  /** Marks every record as made by a simulator. */
  readonly simulated?: boolean;
  /** Stores the good rows although others were refused; by default one refused row refuses the file. */
  readonly skipRefused?: boolean;
  /** Reads and checks, stores nothing. */
  readonly dryRun?: boolean;
}

export interface CaseImportRequest extends ImportRequest {
  /** For files without a unit column. */
  readonly unit?: CaseUnit;
  /** For files without an estate column. */
  readonly estateId?: string;
  /** Name of the source system, for files without a source column. */
  readonly source?: string;
  /** A type mapping file, YAML; asked before the built-in mapping. */
  readonly mapping?: string;
}

export interface RegistryImportRequest extends ImportRequest {
  readonly format: "csv" | "yaml";
  /** What the rows of a CSV file are. A YAML file has sections instead. */
  readonly kind?: RegistryRecord["kind"];
}

/** An import's report with what the file was found to be. */
export interface ImportOutcome extends ImportReport {
  /** False for a dry run, and when refused rows kept the whole file out. */
  readonly stored: boolean;
  /** Rows of data in the file. */
  readonly rows: number;
  /** Rows that are good. */
  readonly accepted: number;
  /** Rows refused; `refused` lists the first thousand faults. */
  readonly refusedRows: number;
  readonly encoding: string;
  /** Columns that were not read; `personal`: they hold personal data, and were never looked into. */
  readonly ignoredColumns: readonly { readonly name: string; readonly personal: boolean }[];
}

export interface CaseImportOutcome extends ImportOutcome {
  /** Types the mapping does not know, each once: where it stood first and in how many rows. */
  readonly unknownTypes: readonly TypeTally[];
  /** Rows left out because the mapping says `ignore`. */
  readonly leftOut: readonly TypeTally[];
  /** Rows whose time was a day without an hour; they are stored at noon of that day. */
  readonly dateOnly: number;
}

/** One type of a case file: where it stood first, and in how many rows. */
export interface TypeTally {
  readonly type: string;
  readonly line: number;
  readonly rows: number;
}

/**
 * Reads files into the store: all or nothing unless `skipRefused`. Faults of a file are values in the
 * outcome; throws only ZhianError VALIDATION for a faulty request (a broken mapping), or when the
 * store is out of order.
 */
export interface Importer {
  importCases(bytes: Uint8Array, request: CaseImportRequest): Promise<CaseImportOutcome>;
  importRegistry(bytes: Uint8Array, request: RegistryImportRequest): Promise<ImportOutcome>;
}

/**
 * Everything but react: what the API, the console and the command line ask of the store.
 * Every argument and result is plain data, so that it can cross a thread.
 * Methods that name one thing throw ZhianError NOT_FOUND when there is none.
 */
export interface Store {
  estates(request: PageRequest & { scope: Scope }): Promise<Page<Estate>>;
  estate(id: string): Promise<Estate>;
  /** Creates or replaces. */
  putEstate(estate: Estate): Promise<void>;
  /** The plan and the latest hundred orders. NOT_FOUND for an unknown estate, as those below. */
  estateModes(estateId: string): Promise<EstateModes>;
  putModePlan(estateId: string, plan: readonly ModeSpan[]): Promise<void>;
  /** Puts an order in force, after any before it; returns it with the instant from which it counts. */
  orderMode(order: ModeOrder): Promise<ModeOrder>;
  /** Ends the order that is in force, if one is. */
  endModeOrder(estateId: string, at: EpochMs): Promise<void>;
  /** Changes of the estate's households in order; before the first of them its own `households` hold. */
  householdChanges(estateId: string): Promise<readonly HouseholdChange[]>;
  /** Creates or replaces the change of that day. */
  putHouseholdChange(estateId: string, change: HouseholdChange): Promise<void>;
  deleteHouseholdChange(estateId: string, fromDay: LocalDate): Promise<void>;
  /** Refused with CONFLICT while events, incidents or cases refer to it. */
  deleteEstate(id: string): Promise<void>;

  /**
   * The share of device-hours that were observed, 0–1, one number a span: of the time since each device of
   * the estate was first heard (one never heard: since the first of them was), that in which neither it, its
   * gateway nor the hub was away. Before its first device an estate was not observed: that part of a span
   * counts as 0. Null, unknown: without devices, for an empty span, and for one that reaches back
   * before absences were noted. Ask for the past only: nothing is away yet in what lies ahead.
   */
  coverage(estateId: string, spans: readonly TimeSpan[]): Promise<readonly (number | null)[]>;
  /** The same for spans of `sizeMs` from `from` on; the last ends at `to`. VALIDATION above 100,000. */
  coverageBins(
    estateId: string,
    from: EpochMs,
    to: EpochMs,
    sizeMs: number,
  ): Promise<readonly (number | null)[]>;
  /** The same for one span and many estates, in their order. */
  coverageOf(
    estateIds: readonly string[],
    span: TimeSpan,
  ): Promise<readonly { readonly estateId: string; readonly coverage: number | null }[]>;

  places(estateId: string): Promise<readonly Place[]>;
  putPlace(place: Place): Promise<void>;
  deletePlace(estateId: string, id: string): Promise<void>;

  gateways(request: PageRequest & { scope: Scope }): Promise<Page<Gateway>>;
  gateway(id: string): Promise<Gateway>;
  /** Creates or changes name, estates and bindings; never the secret. */
  putGateway(gateway: Pick<Gateway, "id" | "name" | "estateIds" | "bindings" | "simulated">): Promise<void>;
  /** Replaces the secret's hash; clears a revocation. */
  setGatewaySecret(id: string, hash: string): Promise<void>;
  revokeGateway(id: string, at: EpochMs): Promise<void>;
  /** Refused with CONFLICT unless it was revoked; its devices, events and dead letters stay. */
  deleteGateway(id: string): Promise<void>;
  /** All gateways with the hash of their secrets, for the registry's memory. */
  gatewayCredentials(): Promise<readonly GatewayCredential[]>;

  devices(query: DeviceQuery): Promise<Page<Device>>;
  device(estateId: string, id: string): Promise<Device>;
  /** Creates, enrols or changes a device. */
  putDevice(device: Omit<Device, "firstSeen" | "lastSeen" | "confirmedAt" | "skewMs">): Promise<void>;
  deleteDevice(estateId: string, id: string): Promise<void>;
  /** Devices whose configuration changes how messages are read. */
  configuredDevices(): Promise<readonly Pick<Device, "estateId" | "id" | "config">[]>;
  /** Everything that was learned, for the registry's memory. */
  lessons(): Promise<readonly LearnedLesson[]>;
  /** Stores lessons; those whose value is null are forgotten. */
  putLessons(lessons: readonly LearnedLesson[]): Promise<void>;
  /** Notes that a real event of the device was seen from end to end. */
  confirmDevice(estateId: string, id: string, at: EpochMs): Promise<void>;
  /** Heartbeats and other traffic without events: when each device was last heard, registering unknown ones. */
  touchDevices(sightings: readonly DeviceSighting[]): Promise<void>;

  events(query: EventQuery): Promise<Page<SecurityEvent>>;
  event(id: string): Promise<SecurityEvent>;

  deadLetters(request: PageRequest & { scope: Scope; pendingOnly?: boolean }): Promise<Page<DeadLetter>>;
  deadLetter(id: string): Promise<DeadLetter>;
  markReplayed(id: string, at: EpochMs, outcome: string): Promise<void>;

  incidents(query: IncidentQuery): Promise<Page<Incident>>;
  incident(id: string): Promise<IncidentDetail>;
  /** How incidents were closed in a span of time, without what a simulator made. */
  closings(query: {
    readonly scope: Scope;
    readonly estateId?: string;
    readonly from: EpochMs;
    readonly to: EpochMs;
  }): Promise<readonly ClosingCount[]>;
  /**
   * Devices by how many of their incidents chattered since `from`, most of them first. Tests, and what a
   * simulator made, are left out.
   */
  badActors(query: {
    readonly scope: Scope;
    readonly estateId?: string;
    readonly from: EpochMs;
    readonly limit: number;
  }): Promise<readonly BadActor[]>;
  /** End of the latest period that the job finished; undefined before its first. */
  surveillanceMark(job: SurveillanceJob): Promise<EpochMs | undefined>;
  /**
   * Keeps what a run found and marks its period as done, both or nothing; the same period again replaces
   * what it found. What was found before `keepFrom` is deleted.
   */
  putSurveillanceRun(
    run: SurveillanceRun & { readonly foundAt: EpochMs; readonly keepFrom: EpochMs },
  ): Promise<void>;
  /** What was found, latest first; `status` is that of the incident. */
  anomalies(
    query: PageRequest & {
      readonly scope: Scope;
      readonly estateId?: string;
      readonly detectors: readonly Detector[];
      readonly status?: IncidentStatus;
    },
  ): Promise<Page<AnomalyRecord>>;
  /** Clusters that lie wholly in estates of the scope, latest first. */
  clusters(
    query: PageRequest & { readonly scope: Scope; readonly kind?: Cluster["kind"] },
  ): Promise<Page<Cluster>>;
  /** Applies a person's command through the life cycle, atomically. */
  commandIncident(id: string, command: IncidentCommand, by: string, now: EpochMs): Promise<Incident>;

  cases(
    request: PageRequest & { scope: Scope; estateId?: string; unit?: CaseUnit },
  ): Promise<Page<RecordedCase>>;
  /** All or nothing; a case seen before is updated or left unchanged. */
  importCases(cases: readonly RecordedCase[]): Promise<Omit<ImportReport, "refused">>;
  importRegistry(records: readonly RegistryRecord[]): Promise<Omit<ImportReport, "refused">>;
  /** Counts per bucket, buckets without a case included. */
  caseCounts(query: CaseCountQuery): Promise<readonly CaseCount[]>;
  /**
   * Counts of recorded cases of many estates between ascending days, each estate's own. The days between the
   * cuts are counted, `from` of each gap inclusive. Others get their turn in between.
   */
  groupCounts(query: GroupCountQuery): Promise<GroupCounts>;
  /**
   * How far records of the unit reach, so that a day nobody imported is not taken for a day without cases.
   * Over all estates, because a quiet one has few records or none: in the sources that have a record of
   * this estate, or in all sources when none has. Days are the estate's. Undefined when there is no record.
   */
  recordedSpan(query: {
    readonly estateId: string;
    readonly unit: CaseUnit;
  }): Promise<RecordedSpan | undefined>;
  hourlyCounts(query: {
    estateId: string;
    from: EpochMs;
    to: EpochMs;
    code?: string;
  }): Promise<readonly HourlyCount[]>;

  /** The token whose secret has this SHA-256 (hex); undefined when none or revoked. */
  tokenByHash(hash: string): Promise<ApiToken | undefined>;
  tokens(): Promise<readonly ApiToken[]>;
  addToken(token: Omit<ApiToken, "revokedAt">, hash: string): Promise<void>;
  revokeToken(id: string, at: EpochMs): Promise<void>;

  /** These versions are in force from now on, and no others; all that ever were are kept. */
  putRulesInForce(versions: readonly RuleVersion[]): Promise<void>;
  /** In the order of their ids. */
  rulesInForce(): Promise<readonly RuleVersion[]>;
  /** The versions of a rule that were ever in force, latest first. */
  ruleVersions(id: string): Promise<readonly RuleVersion[]>;
  ruleVersion(id: string, version: string): Promise<RuleVersion>;

  /** A consistent copy of the database while it is in use. */
  backup(file: string): Promise<void>;
  /** Faults found by the engine's own check and by the hub's invariants; empty when sound. */
  verify(): Promise<readonly string[]>;
  /** Deletes raw events received before `before`; returns how many. */
  deleteEventsBefore(before: EpochMs): Promise<number>;
  /** Deletes dead letters first received before `before`, replayed or not; returns how many. */
  deleteDeadLettersBefore(before: EpochMs): Promise<number>;
  /** Deletes absences that ended before `before`, which then has no coverage any more; returns how many. */
  deleteOutagesBefore(before: EpochMs): Promise<number>;
  /** Deletes signs of life before `before` that ended no absence; returns how many. */
  deleteSignsBefore(before: EpochMs): Promise<number>;
  /** Figures for /health and /metrics. */
  figures(): Promise<StoreFigures>;
}

export interface GatewayCredential {
  readonly gateway: Gateway;
  /** Undefined until the first secret was made. */
  readonly secretHash: string | undefined;
}

export interface StoreFigures {
  readonly events: number;
  readonly openIncidents: number;
  readonly pendingDeadLetters: number;
  /** Dead letters that had to make room for newer ones of their gateway, ever. */
  readonly deadLettersDropped: number;
  readonly pendingDevices: number;
  readonly databaseBytes: number;
}

/* ─────────────────────────── time series ──────────────────────── */

/** Where a point goes: `raw` is deleted after 400 days, `years` stays. */
export type PointTarget = "raw" | "years";

/** A point without its time, in line protocol: measurement with tags, and fields. */
export interface Point {
  readonly series: string;
  readonly fields: string;
}

/**
 * Makes points of what is stored, always the same of the same. Throws ZhianError VALIDATION, naming the
 * field, for what no line can carry.
 */
export interface Points {
  event(
    event: Pick<SecurityEvent, "id" | "estateId" | "deviceId" | "code" | "phase" | "value" | "flags">,
  ): Point;
  /** Undefined for a line of the history that changes nothing. */
  transition(incident: Incident, transition: IncidentTransition): Point | undefined;
  /** `n` is 0 where the record was and is no more. */
  recordedCase(value: RecordedCase, n: 0 | 1): Point;
  /** One line; its time is `at` in nanoseconds plus `step`. */
  line(series: string, fields: string, at: EpochMs, step: number): string;
}

/** A line that InfluxDB refuses, or a point that no line can carry (then `line` is empty). */
export interface RefusedLine {
  readonly target: PointTarget;
  readonly line: string;
  /** What the server said. */
  readonly reason: string;
}

/** Some of the lines that wait for one target, oldest first. */
export interface OutboxBatch {
  readonly target: PointTarget;
  /** Numbers of the rows they stand in. */
  readonly rows: readonly number[];
  readonly lines: number;
  /** The lines, each with its line break. */
  readonly body: Uint8Array;
}

/** How full the outbox is, and what became of lines that left it. */
export interface OutboxState {
  readonly lines: number;
  readonly bytes: number;
  /** When the oldest was written. */
  readonly oldestAt?: EpochMs;
  /** When InfluxDB last took lines. */
  readonly shippedAt?: EpochMs;
  /** Lines of `raw` that made room for newer ones, with the span of their times. */
  readonly dropped: number;
  readonly droppedFrom?: EpochMs;
  readonly droppedTo?: EpochMs;
  /** Dead letters not replayed, and those that made room. */
  readonly deadLetters: number;
  readonly deadLettersDropped: number;
}

/** A dead letter of the time series. */
export interface LineLetter extends RefusedLine {
  readonly id: number;
  readonly at: EpochMs;
  readonly replayedAt?: EpochMs;
}

/** The lines that InfluxDB does not have yet. What leaves it was taken, or is a dead letter. */
export interface LineOutbox {
  /** The oldest rows of a target, up to so many lines and bytes; undefined when none waits. */
  take(target: PointTarget, maxLines: number, maxBytes: number): Promise<OutboxBatch | undefined>;
  /**
   * Deletes rows whose lines were taken or refused; the refused become dead letters in the same transaction.
   * `accepted`: some were taken.
   */
  settle(rows: readonly number[], refused: readonly RefusedLine[], accepted: boolean): Promise<void>;
  /** Adds lines that belong to no other transaction. */
  enqueue(target: PointTarget, lines: readonly string[], at: EpochMs): Promise<void>;
  outbox(): Promise<OutboxState>;
  /** Newest first. */
  lineLetters(request: PageRequest): Promise<Page<LineLetter>>;
  /** Puts the line of a dead letter back into the outbox. CONFLICT when it has none, or was put back before. */
  replayLineLetter(id: number): Promise<void>;
  /** What was dropped is back: the alarm ends for drops within the span. */
  forgetDropped(from: EpochMs, to: EpochMs): Promise<void>;
}

/** State of the shipping of lines, for /health. */
export interface TimeSeriesHealth extends OutboxState {
  /** `waiting`: it tries again soon · `paused`: somebody must mend something, it looks now and then. */
  readonly state: "shipping" | "waiting" | "paused";
  readonly fault?: { readonly since: EpochMs; readonly message: string };
}

/* ───────────────────────── live feed ──────────────────────────── */

/** What just happened, for the live feed. */
export interface LiveItem {
  readonly estateId: string;
  readonly event?: SecurityEvent;
  readonly incident?: Incident;
  readonly transition?: IncidentTransition;
}

export type LiveListener = (items: readonly LiveItem[]) => void;

export interface LiveFeed {
  /** Calls `listener` after each committed change; returns how to stop. */
  subscribe(listener: LiveListener): () => void;
}

/* ──────────────────────── the second thread ───────────────────── */

/** State of react, for /health. */
export interface ReactHealth {
  readonly cursor: JournalPosition;
  readonly reactedEvents: number;
  readonly duplicates: number;
  readonly repeats: number;
  readonly fault?: { readonly since: EpochMs; readonly message: string };
  /** Frames of the journal that were damaged on disk and could not be read. */
  readonly damagedFrames: number;
  readonly ruleFaults: readonly string[];
}

/** What the main thread asks of the thread that owns the database. */
export interface Backroom extends Store, Omit<LineOutbox, "take" | "settle" | "enqueue"> {
  /** Tells that the journal is durable up to here. */
  journalGrew(position: JournalPosition): Promise<void>;
  reactHealth(): Promise<ReactHealth>;
  /** Null while nothing is shipped to InfluxDB. */
  timeSeries(): Promise<TimeSeriesHealth | null>;
  rules(): Promise<readonly RuleSummary[]>;
  /** What was wrong with the folder of rules when it was last read. */
  ruleFaults(): Promise<readonly RuleFault[]>;
  /** Opens an incident for what statistics found, unless it has one; told again, it changes nothing. */
  openAnomaly(anomaly: Anomaly): Promise<void>;
  /** Reads the folder of rules again and resolves when what changed is in force. */
  reloadRules(): Promise<RuleReload>;
  /** Turns the live feed on or off; off, nothing is copied between the threads. */
  follow(on: boolean): Promise<void>;
  /** Finishes the step under way and closes the database. */
  stop(): Promise<void>;
}

/* ─────────────────────────── statistics ───────────────────────── */

/** Compares groups of estates where nothing else has to wait for it. */
export interface ComparisonDesk {
  /**
   * The whole answer. Throws ZhianError VALIDATION, WINDOW_OVERLAPS_INSTALL or NO_EXPOSURE for the question,
   * UNAVAILABLE when too many ask at once.
   */
  compare(input: ComparisonInput): Promise<Comparison>;
}

/** Pure statistics behind the rate routes; no I/O. See `domain/rates.ts` for the shapes. */
export interface RateStatistics {
  /**
   * One row per bucket, with the Garwood interval, and their total. `counts` follow each other; `coverage`
   * is that of the bucket, and of all of them. `adjusted`: only what was observed is exposure.
   */
  rates(input: {
    readonly series: "recorded" | "sensor";
    readonly counts: readonly (Span & { readonly count: number; readonly coverage: number | null })[];
    readonly coverage: number | null;
    /** Before the first of the changes, which are in order. */
    readonly households: number;
    readonly changes: readonly HouseholdChange[];
    readonly adjusted: boolean;
    readonly level: number;
  }): { readonly rows: readonly RateRow[]; readonly total: RateRow; readonly caveats: readonly Caveat[] };
  /**
   * Windows around an installation. Throws ZhianError WINDOW_OVERLAPS_INSTALL when they cannot be laid.
   * `washoutDays` run from the commissioning (or installation) day.
   */
  windows(input: {
    readonly installedOn: LocalDate;
    readonly commissionedOn?: LocalDate;
    readonly beforeMonths: number;
    readonly afterMonths: number;
    readonly washoutDays: number;
  }): ComparisonWindows;
  /**
   * Windows for each installation, and the days between which counts are needed; `today` is where counting
   * ends. `grain: "months"` lays windows of whole months, for many estates at once; `days` are exact, and
   * `seriesMonths` up to today stand beside them. Throws VALIDATION or WINDOW_OVERLAPS_INSTALL.
   */
  comparisonPlan(input: {
    readonly installs: readonly { readonly installedOn: LocalDate; readonly commissionedOn?: LocalDate }[];
    readonly beforeMonths: number;
    readonly afterMonths: number;
    readonly washoutDays: number;
    readonly grain: "days" | "months";
    /** Compares less than a year after with the same days of an earlier year. */
    readonly calendarMatch: boolean;
    readonly today: LocalDate;
    readonly seriesMonths: number;
  }): {
    readonly windows: readonly ComparisonWindows[];
    readonly cuts: readonly LocalDate[];
    readonly today: LocalDate;
  };
  /** What the data behind a count leave open: days that no record covers, cases that a simulator made. */
  dataCaveats(input: {
    /** The days that were counted, in order. */
    readonly spans: readonly Span[];
    readonly counted: number;
    readonly simulated: number;
    /** How far records reach; null when there are none, absent for a series that is not imported. */
    readonly records?: RecordedSpan | null;
  }): { readonly simulated: Simulation; readonly caveats: readonly Caveat[] };
}

/** Pure statistics of single periods, printed claims and studies that are planned; no I/O. */
export interface PeriodStatistics {
  /** Household-days of a span: the sum of the households over its days. */
  householdDays(changes: readonly HouseholdChange[], households: number, span: Span): number;
  /** A rate per 1,000 household-years with its Garwood interval; `householdDays` above 0. */
  rate(
    count: number,
    householdDays: number,
    level: number,
  ): Pick<ComparisonSide, "householdYears" | "rate" | "ci">;
  /** 同比 and 环比 of `month`, as the statistics bureau defines them. Throws RangeError for bad months. */
  periodChanges(months: readonly MonthCount[], month: string, level: number): PeriodChanges;
  /** Every reason to read them with care. */
  changeCaveats(changes: PeriodChanges): readonly Caveat[];
  /** What is to be said of a month that records do not cover to its ends. */
  partialMonth(month: Span, records: RecordedSpan | null): readonly Caveat[];
  /** p-values adjusted for their number (Benjamini & Hochberg), in their order; nulls stay out of it. */
  qValues(pValues: readonly (number | null)[]): readonly (number | null)[];
  /** Counts that would be printed as that percentage. VALIDATION names what is faulty. */
  claimCheck(claim: PrintedClaim, level: number): ClaimCheck;
  /** What a count before can ever show. */
  power(question: PowerQuestion): PowerAnswer;
  /** How long, or at how many estates, an installation must be watched. */
  plan(question: StudyQuestion): StudyPlan;
}

/* ──────────────────────────── bulletins ───────────────────────── */

/** What a monthly bulletin counts. */
export interface MonthQuestion {
  /** `YYYY-MM`; it must be over. */
  readonly month: string;
  readonly unit: CaseUnit;
  /** Taxonomy codes to count. */
  readonly types: readonly string[];
  readonly level: number;
}

export interface BulletinQuestion extends MonthQuestion {
  readonly lang: "zh" | "en";
  readonly format: "html" | "csv";
  /** What the codes are together: a category's name, or the codes themselves. */
  readonly counted: string;
}

/** A finished bulletin: one file that needs no other. */
export interface Bulletin {
  readonly contentType: string;
  readonly fileName: string;
  readonly text: string;
  /** The policy under which the file shows all it has; it holds no script and asks for nothing. */
  readonly contentSecurityPolicy: string;
}

/** Makes bulletins of what is stored. Throws NO_EXPOSURE for a month that is not over. */
export interface Bulletins {
  changes(estate: Estate, question: MonthQuestion): Promise<PeriodAnswer>;
  estate(estate: Estate, question: BulletinQuestion): Promise<Bulletin>;
  /** Of all estates in the scope together, and side by side. */
  district(scope: Scope, question: BulletinQuestion): Promise<Bulletin>;
}
