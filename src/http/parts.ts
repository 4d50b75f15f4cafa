import type { Registry as MetricsRegistry } from "prom-client";
import type { EpochMs } from "../domain/time.ts";
import type {
  Accept,
  Acceptance,
  Authenticator,
  Backroom,
  Bulletins,
  Clock,
  Commissioning,
  ComparisonDesk,
  GatewayPrincipal,
  Importer,
  JournalHealth,
  LiveFeed,
  PeriodStatistics,
  RateStatistics,
  RuleTrials,
} from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

/** Makes and withdraws a gateway's credentials; `registryChanged` makes that effective in this process. */
interface GatewayAdmin {
  /** Makes a new secret, stores its hash and returns it; it cannot be read again. */
  issueSecret(gatewayId: string): Promise<string>;
  /** Withdraws the credentials. */
  revoke(gatewayId: string): Promise<void>;
}

/** Something that does not work, for /health; `message` holds no secret. */
interface HealthFault {
  readonly part: string;
  readonly message: string;
  readonly since?: EpochMs;
}

/** What /health and /ready tell. `degraded`: works, but something is wrong. `failing`: does not do its job. */
export interface HealthReport {
  readonly status: "ok" | "degraded" | "failing";
  /** False while starting and while shutting down. */
  readonly ready: boolean;
  readonly faults: readonly HealthFault[];
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Decodes a dead letter again, accepts the outcome and marks the letter as replayed. */
type Replay = (deadLetterId: string) => Promise<Acceptance>;

/** Everything the HTTP server needs from the rest of the hub. */
export interface HttpParts {
  readonly store: Backroom;
  readonly accept: Accept;
  readonly auth: Authenticator;
  /** Told of each intake request with good credentials: a sign of life of a gateway that has no connection. */
  readonly seenGateway?: (principal: GatewayPrincipal) => void;
  readonly gatewayAdmin: GatewayAdmin;
  /** Ids of the profiles that a gateway's binding may name. */
  readonly bindableProfiles: ReadonlySet<string>;
  /** Called after each change of estates, gateways or devices; resolves when the hot path knows it. */
  readonly registryChanged: () => Promise<void>;
  readonly statistics: RateStatistics;
  readonly comparisons: ComparisonDesk;
  readonly studies: Pick<PeriodStatistics, "claimCheck" | "plan" | "power">;
  readonly bulletins: Bulletins;
  readonly importer: Importer;
  readonly replay: Replay;
  readonly ruleTrials: RuleTrials;
  readonly live: LiveFeed;
  readonly commissioning: Pick<Commissioning, "test">;
  /** Where backups go. */
  readonly backupsDir: string;
  readonly journalHealth: () => JournalHealth;
  readonly health: () => Promise<HealthReport>;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: HttpOptions;
}

/** Where the server listens and whom it believes; the `http` part of the configuration fits. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Requests per minute and address, API and intake each. */
  readonly rateLimit: number;
  /** Bytes of an intake or import body. */
  readonly bodyLimit: number;
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  readonly limits?: Partial<HttpLimits>;
}

/** Bounds that keep one client from hurting the others. Times in milliseconds. */
export interface HttpLimits {
  /** Wrong credentials per minute and address (API), or per minute, address and gateway (intake). */
  readonly authFailures: number;
  /** How long a token is believed without asking the store. */
  readonly tokenCacheMs: number;
  /** How long the sending of one request may take, headers and body. */
  readonly requestMs: number;
  /** How long an intake request waits for the disk before it is told to come again. */
  readonly acceptMs: number;
  /** How long the journal may be in trouble before intake requests are refused at the door. */
  readonly journalFaultMs: number;
  /** Intake requests at work at once, in all and of one gateway. */
  readonly intakeConcurrency: number;
  readonly intakePerGateway: number;
  /** Bytes of intake bodies held at once. */
  readonly intakeBytes: number;
  readonly liveStreams: number;
  readonly liveStreamsPerToken: number;
  /** Bytes that may wait for one slow reader of the live feed. */
  readonly liveBufferBytes: number;
  readonly liveHeartbeatMs: number;
  readonly healthMs: number;
  /** How long a comparison of groups is waited for; a longer one is fetched by its id. */
  readonly comparisonMs: number;
  /** How long a shutdown waits for requests at work. */
  readonly closeMs: number;
}

/** The bounds in force where the options name none. */
export const DEFAULT_LIMITS: HttpLimits = Object.freeze({
  authFailures: 30,
  tokenCacheMs: 5_000,
  requestMs: 30_000,
  acceptMs: 15_000,
  journalFaultMs: 5_000,
  intakeConcurrency: 256,
  intakePerGateway: 64,
  intakeBytes: 64 * 1024 * 1024,
  liveStreams: 100,
  liveStreamsPerToken: 10,
  liveBufferBytes: 1024 * 1024,
  liveHeartbeatMs: 15_000,
  healthMs: 5_000,
  comparisonMs: 5_000,
  closeMs: 10_000,
});
