import { readAuthority, readPassword, type PullConfig } from "../config/pull.ts";
import { SECOND } from "../domain/time.ts";
import type { Accept, Authenticator, Clock } from "../ports.ts";
import type { Pull } from "../pull/pull.ts";
import type { PullSource, Trust } from "../pull/source.ts";
import type { Logger } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** Nothing is pulled. */
export const NOTHING_PULLED: Pull = Object.freeze({
  states: () => [],
  messages: () => ({}),
  faults: () => ({}),
  close: () => Promise.resolve(),
});

/** Seconds without a byte after which a stream is dead: three signs of life missed. */
const SILENCE = { hikvision: 30, dahua: 15, onvif: 30 } as const;

/** Starts pulling from the configured devices; a hub without any loads nothing for it. */
export async function startPulling(
  configured: readonly PullConfig[],
  parts: {
    readonly accept: Accept;
    readonly auth: Authenticator;
    readonly clock: Clock;
    readonly log: Logger;
    readonly metrics: Metrics;
  },
): Promise<Pull> {
  if (configured.length === 0) return NOTHING_PULLED;
  const { metrics, log, ...hub } = parts;
  const { startPull } = await import("../pull/pull.ts");
  const pull = startPull(configured.map(sourceOf), { ...hub, log: log.child({ part: "pull" }) });
  metrics.figures("zhian_pull_streaming", "1 while the device streams", "source", () =>
    Object.fromEntries(pull.states().map(({ id, state }) => [id, Number(state === "streaming")])),
  );
  metrics.figures(
    "zhian_pull_messages",
    "Parts and answers of devices since start, by what came of them",
    "outcome",
    pull.messages,
  );
  metrics.figures("zhian_pull_faults", "Connections to devices that failed or ended", "cause", pull.faults);
  return pull;
}

/** A configured source with the secrets its files hold. */
function sourceOf(configured: PullConfig): PullSource {
  const { id, kind, gateway, estate, device, url, user, passwordFile, silence } = configured;
  return {
    id,
    kind,
    gatewayId: gateway,
    estateId: estate,
    device,
    url: new URL(url),
    user,
    password: readPassword(passwordFile),
    trust: trustOf(configured.tls),
    silenceMs: (silence ?? SILENCE[kind]) * SECOND,
  };
}

function trustOf(tls: PullConfig["tls"]): Trust {
  if (tls?.fingerprint !== undefined) return { kind: "fingerprint", sha256: tls.fingerprint };
  if (tls?.allowSelfSigned) return { kind: "anyone" };
  return tls?.caFile === undefined
    ? { kind: "authorities" }
    : { kind: "authorities", ca: readAuthority(tls.caFile) };
}
