/**
 * Simulated gateways: one real MQTT client for each estate, publishing what its devices tell. Times are
 * those of publishing, so nothing is late at any speed; a resent message carries the same identity.
 */
import { randomBytes } from "node:crypto";
import { connect, type MqttClient } from "mqtt";
import { createEncode, type Outgoing } from "./gateway/message.ts";
import { writeScript } from "./gateway/script.ts";
import type { SimulatedEstate, World } from "./world.ts";

/** What a gateway needs to connect as. */
export interface Credential {
  readonly gatewayId: string;
  readonly secret: string;
  readonly estateId: string;
}

export interface GatewaysOptions {
  /** Of the hub's MQTT listener, for example `mqtt://127.0.0.1:1883`. */
  readonly url: string;
  readonly world: World;
  readonly credentials: readonly Credential[];
  readonly seed: number;
  readonly speed: number;
}

export interface GatewayFigures {
  readonly connected: number;
  readonly published: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Messages not sent because the hub was away or slow. */
  readonly skipped: number;
  readonly lastError: string | undefined;
}

export interface RunningGateways {
  readonly figures: () => GatewayFigures;
  /** Tells the hub that the gateways go, waits for what is under way, and disconnects. */
  readonly stop: () => Promise<void>;
}

interface Counters {
  published: number;
  acknowledged: number;
  failed: number;
  skipped: number;
  lastError: string | undefined;
}

const KEEPALIVE_S = 30;
const RECONNECT_MS = 1_000;
const RECONNECT_SPREAD_MS = 1_000;
/** Beyond this many unacknowledged messages a gateway leaves things out rather than pile them up. */
const MOST_UNDER_WAY = 500;
const STOP_WITHIN_MS = 3_000;

/** Starts the gateways. Throws RangeError for a credential of an estate that is not in the world. */
export function startGateways(options: GatewaysOptions): RunningGateways {
  if (!(options.speed > 0)) throw new RangeError("speed must be a number above 0");
  const total: Counters = { published: 0, acknowledged: 0, failed: 0, skipped: 0, lastError: undefined };
  const sites = options.credentials.map((credential) => {
    const estate = options.world.estates.find(({ id }) => id === credential.estateId);
    if (!estate) throw new RangeError(`${credential.estateId} is not an estate of the simulated world`);
    return { credential, estate };
  });
  const gateways = sites.map((site) => startGateway(site, options, total));
  return {
    figures: () => ({ ...total, connected: gateways.filter(({ connected }) => connected()).length }),
    stop: async () => {
      await Promise.all(gateways.map(({ stop }) => stop()));
    },
  };
}

interface RunningGateway {
  readonly connected: () => boolean;
  readonly stop: () => Promise<void>;
}

function startGateway(
  { credential, estate }: { readonly credential: Credential; readonly estate: SimulatedEstate },
  { url, seed, speed }: GatewaysOptions,
  total: Counters,
): RunningGateway {
  const { gatewayId, secret } = credential;
  const status = `estates/${estate.id}/gateways/${gatewayId}/status`;
  const bridge = `estates/${estate.id}/bridges/${gatewayId}`;
  const boot = `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
  let seq = 0;
  const site = { ...estate, gateway: { ...estate.gateway, id: gatewayId } };
  const encode = createEncode(site, { boot, next: () => ++seq });
  const script = writeScript(estate, { seed, speed, from: Date.now() });
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;

  const client: MqttClient = connect(url, {
    clientId: gatewayId,
    username: gatewayId,
    password: secret,
    protocolVersion: 4,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: RECONNECT_MS + Math.floor(Math.random() * RECONNECT_SPREAD_MS),
    reconnectOnConnackError: true,
    resubscribe: false,
    will: { topic: status, payload: Buffer.from("offline"), qos: 1, retain: false },
  });
  client.on("error", (error) => {
    total.lastError = error.message;
  });
  client.on("connect", () => {
    publish({ topic: status, payload: "online" });
    publish({ topic: `${bridge}/zigbee2mqtt/bridge/state`, payload: JSON.stringify({ state: "online" }) });
    publish({ topic: `${bridge}/frigate/available`, payload: "online" });
  });

  function publish({ topic, payload }: Outgoing): void {
    total.published++;
    underWay++;
    client.publish(topic, payload, { qos: 1 }, (error) => {
      underWay--;
      if (error) {
        total.failed++;
        total.lastError = error.message;
      } else {
        total.acknowledged++;
      }
    });
  }

  function follow(): void {
    const { value: planned } = script.next();
    timer = setTimeout(
      () => {
        const ready = client.connected && underWay < MOST_UNDER_WAY;
        // Encoded all the same: the state of the devices goes on while nobody hears of it.
        const message = encode(planned.device, planned.told, Date.now());
        if (ready) publish(message);
        else total.skipped++;
        follow();
      },
      Math.max(0, planned.at - Date.now()),
    );
  }
  follow();

  return {
    connected: () => client.connected,
    async stop() {
      clearTimeout(timer);
      if (client.connected) {
        publish({ topic: status, payload: "offline" });
        const ended = client.endAsync().then(() => true);
        if (await Promise.race([ended, after(STOP_WITHIN_MS)])) return;
      }
      await client.endAsync(true);
    },
  };
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
