import type { Device } from "../domain/estate.ts";
import type { DecodedEvent, SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type {
  DecodedMessage,
  DeviceTest,
  HeardOfDevice,
  InboundMessage,
  LiveItem,
  NoProof,
} from "../ports.ts";

/** What is noted of one device while it is tested. */
export interface Tally {
  /** Notes a decoded message. */
  heard(message: InboundMessage, read: DecodedMessage, now: EpochMs): void;
  /** Notes what was stored; the event when it is the proof. */
  stored(item: LiveItem): SecurityEvent | undefined;
  soFar(): HeardOfDevice;
  clock(): DeviceTest["clock"];
  /** When an event was decoded last; undefined when none was. */
  lastEventAt(): EpochMs | undefined;
}

/** Codes that tell of the connection; a bridge reports them for a device that is dead. */
const CONNECTION: ReadonlySet<string> = new Set([
  "device.offline",
  "device.online",
  "device.heartbeat",
  "device.removed",
]);

/** Begins a tally. What the hub received before `since` does not count. */
export function createTally(
  { estateId, id: deviceId, gatewayId: known }: Pick<Device, "estateId" | "id" | "gatewayId">,
  since: EpochMs,
  isSimulated: (gatewayId: string) => boolean,
): Tally {
  // A device that was enrolled before it was heard has its gateway in its id alone.
  const gatewayId = known ?? (deviceId.includes(":") ? deviceId.split(":")[0] : undefined);
  const ignored: Record<string, number> = {};
  const dead: Record<string, number> = {};
  const noProof: Partial<Record<NoProof, number>> = {};
  let events = 0;
  let others = 0;
  let lastEventAt: EpochMs | undefined;
  let clock: DeviceTest["clock"] = {};

  function noteEvents(own: readonly DecodedEvent[], receivedAt: EpochMs, now: EpochMs): void {
    events += own.length;
    lastEventAt = now;
    const deviceAt = own.findLast((event) => event.deviceAt !== undefined)?.deviceAt;
    if (deviceAt !== undefined) clock = { deviceAt, skewMs: receivedAt - deviceAt };
  }

  return {
    heard({ route, gatewayId: by, receivedAt }, { decoded, deviceId: idOf }, now) {
      if (route.estateId !== estateId) return;
      const cameOnItsTopic = route.kind === "native" && route.deviceId === deviceId;
      const isIt = (name: string | undefined): boolean =>
        name === undefined ? cameOnItsTopic : idOf(name) === deviceId;
      if (decoded.outcome === "events") {
        const own = decoded.events.filter(({ device }) => isIt(device));
        if (own.length > 0) {
          noteEvents(own, receivedAt, now);
          return;
        }
      } else if (decoded.outcome === "ignored") {
        if (isIt(decoded.device)) {
          count(ignored, decoded.reason);
          return;
        }
      } else if (route.kind === "native" ? cameOnItsTopic : by === gatewayId) {
        count(dead, decoded.reason);
        return;
      }
      if (by === gatewayId) others++;
    },
    stored({ event }) {
      if (event?.estateId !== estateId || event.deviceId !== deviceId || event.receivedAt < since) {
        return undefined;
      }
      const reason = noProofIn(event, isSimulated);
      if (reason === undefined) return event;
      count(noProof, reason);
      return undefined;
    },
    soFar: () => ({ events, ignored: { ...ignored }, dead: { ...dead }, others, noProof: { ...noProof } }),
    clock: () => clock,
    lastEventAt: () => lastEventAt,
  };
}

/** Why an event proves nothing; undefined for a real one. */
function noProofIn(event: SecurityEvent, isSimulated: (gatewayId: string) => boolean): NoProof | undefined {
  const { code, flags, gatewayId, transition } = event;
  if (flags.includes("simulated") && !isSimulated(gatewayId)) return "simulated";
  if (flags.includes("replayed")) return "replayed";
  // A bridge may retain every state it sends: one that differs from the known one is a change all the same.
  if (transition !== "edge")
    for (const flag of ["retained", "initial"] as const) if (flags.includes(flag)) return flag;
  return CONNECTION.has(code) ? "connection" : undefined;
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
