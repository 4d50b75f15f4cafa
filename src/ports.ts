/** Every interface between areas. An area sees another only through one of these. */
import type {
  BindingOptions,
  Device,
  DeviceConfig,
  DeviceKind,
  Estate,
  Gateway,
  Place,
} from "./domain/estate.ts";
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
import type { Incident, IncidentChange, IncidentCommand, IncidentTransition } from "./domain/incident.ts";
import type { DeadEntry, JournalEntry, JournalPosition, Transport } from "./domain/journal.ts";
import type {
  Caveat,
  ComparisonAnswer,
  ComparisonWindows,
  RateRow,
  RecordedSpan,
  Simulation,
  Span,
} from "./domain/rates.ts";
import type { CaseUnit, RecordedCase } from "./domain/recorded-case.ts";
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

/** The life cycle of an incident, as pure functions. */
export interface IncidentLifeCycle {
  /** What a verdict does to the unclosed incident of its key, if any; undefined when nothing. */
  apply(verdict: Verdict, open: Incident | undefined): IncidentChange | undefined;
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
  /** The incident of the key that is not closed, ended or not. */
  openIncident(key: string): Promise<Incident | undefined>;
  saveIncidents(changes: readonly IncidentChange[]): Promise<void>;
  saveRuleStates(changes: readonly RuleStateChange[]): Promise<void>;
  saveCursor(position: JournalPosition): Promise<void>;
}

export interface ReactStore {
  /** Runs `work` alone and atomically. When it throws, nothing of it remains. */
  react<T>(work: (tx: ReactTransaction) => Promise<T>): Promise<T>;
  cursor(): Promise<JournalPosition>;
  ruleStates(): Promise<readonly RuleStateChange[]>;
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
  /** Estates an officer or viewer is limited to; empty: all (admin, city viewers). */
  readonly estateIds: readonly string[];
  readonly createdAt: EpochMs;
  readonly revokedAt?: EpochMs;
}

export type Role = "admin" | "officer" | "viewer";

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
  /** Refused with CONFLICT while events, incidents or cases refer to it. */
  deleteEstate(id: string): Promise<void>;

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

  /** A consistent copy of the database while it is in use. */
  backup(file: string): Promise<void>;
  /** Faults found by the engine's own check and by the hub's invariants; empty when sound. */
  verify(): Promise<readonly string[]>;
  /** Deletes raw events received before `before`; returns how many. */
  deleteEventsBefore(before: EpochMs): Promise<number>;
  /** Deletes dead letters first received before `before`, replayed or not; returns how many. */
  deleteDeadLettersBefore(before: EpochMs): Promise<number>;
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
export interface Backroom extends Store {
  /** Tells that the journal is durable up to here. */
  journalGrew(position: JournalPosition): Promise<void>;
  reactHealth(): Promise<ReactHealth>;
  rules(): Promise<readonly RuleSummary[]>;
  /** Turns the live feed on or off; off, nothing is copied between the threads. */
  follow(on: boolean): Promise<void>;
  /** Finishes the step under way and closes the database. */
  stop(): Promise<void>;
}

/* ─────────────────────────── statistics ───────────────────────── */

/** Pure statistics behind the rate routes; no I/O. See `domain/rates.ts` for the shapes. */
export interface RateStatistics {
  /** One row per bucket, with the Garwood interval. `households` is constant over the span. */
  rates(input: {
    readonly counts: readonly { readonly from: LocalDate; readonly to: LocalDate; readonly count: number }[];
    readonly households: number;
    readonly level: number;
  }): readonly RateRow[];
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
  compare(input: {
    readonly estateId: string;
    readonly unit: CaseUnit;
    readonly types: readonly string[];
    readonly installedOn: LocalDate;
    readonly windows: ComparisonWindows;
    readonly households: number;
    readonly beforeCount: number;
    readonly afterCount: number;
    /** How many of the counts a simulator made. */
    readonly beforeSimulated: number;
    readonly afterSimulated: number;
    /** How far records reach; null when there are none, which is not the same as zero cases. */
    readonly records: RecordedSpan | null;
    /**
     * Estate-local today; an after window that ends later is unfinished and cut here. Today itself is
     * not over: `afterCount` must count days before it only.
     */
    readonly today: LocalDate;
    readonly level: number;
  }): ComparisonAnswer;
  /** What the data behind a count leave open: days that no record covers, cases that a simulator made. */
  dataCaveats(input: {
    /** The days that were counted, in order. */
    readonly spans: readonly Span[];
    readonly counted: number;
    readonly simulated: number;
    /** As for `compare`; absent for a series that is not imported. */
    readonly records?: RecordedSpan | null;
  }): { readonly simulated: Simulation; readonly caveats: readonly Caveat[] };
}
