import { createHmac, randomBytes } from "node:crypto";
import type { DeviceConfig, TopicBinding } from "../domain/estate.ts";
import type { Authenticator, GatewayCredential, GatewayPrincipal, Store } from "../ports.ts";
import { everyPage } from "../runtime/every-page.ts";
import { hashSecret, newSecret, secretMatches } from "./secret.ts";

const NO_CONFIG: DeviceConfig = {};
const NO_BINDINGS: readonly TopicBinding[] = [];
/** Secrets whose proof is remembered, so that a thousand gateways reconnecting do not cost a thousand scrypts. */
const PROOFS = 10_000;

interface Entry {
  readonly credential: GatewayCredential;
  readonly principal: GatewayPrincipal;
}

/** Gateways, their rights and the devices' overrides, held in memory for the hot path. */
export interface Registry extends Authenticator {
  /** Reads everything from the store again. */
  readonly reload: () => Promise<void>;
  readonly bindingsOf: (gatewayId: string) => readonly TopicBinding[];
  readonly configOf: (estateId: string, deviceId: string) => DeviceConfig;
  /** Zone of an estate, or the installation's for one that is unknown. */
  readonly zoneOf: (estateId: string) => string;
  readonly isSimulated: (gatewayId: string) => boolean;
  /** Makes a new secret, stores its hash and returns it; it cannot be read again. */
  issueSecret(gatewayId: string): Promise<string>;
}

type RegistryStore = Pick<
  Store,
  "estates" | "gatewayCredentials" | "configuredDevices" | "setGatewaySecret" | "gateway"
>;

/** Makes an empty registry; call `reload` before use and after every change of the store. */
export function createRegistry(store: RegistryStore, defaultZone: string): Registry {
  const proofKey = randomBytes(32);
  const proofs = new Map<string, string>();
  let entries = new Map<string, Entry>();
  let configs = new Map<string, DeviceConfig>();
  let zones = new Map<string, string>();
  // One scrypt at a time: the thread pool also writes the journal, and guessing must not slow it.
  let turn: Promise<unknown> = Promise.resolve();

  async function matches(secret: string, stored: string): Promise<boolean> {
    const proof = createHmac("sha256", proofKey).update(secret).digest("base64");
    if (proofs.get(stored) === proof) return true;
    const mine = turn.then(() => secretMatches(secret, stored));
    turn = mine.catch(() => undefined);
    if (!(await mine)) return false;
    if (proofs.size >= PROOFS) proofs.clear();
    proofs.set(stored, proof);
    return true;
  }

  function live(gatewayId: string): Entry | undefined {
    const entry = entries.get(gatewayId);
    return entry?.credential.gateway.revokedAt === undefined ? entry : undefined;
  }

  return {
    async reload() {
      const [credentials, devices, estates] = await Promise.all([
        store.gatewayCredentials(),
        store.configuredDevices(),
        everyPage((request) => store.estates(request), undefined),
      ]);
      zones = new Map(estates.map(({ id, zone }) => [id, zone]));
      entries = new Map(
        credentials.map((credential) => {
          const { id, estateIds } = credential.gateway;
          return [id, { credential, principal: { gatewayId: id, estateIds: new Set(estateIds) } }];
        }),
      );
      configs = new Map(devices.map((device) => [`${device.estateId}/${device.id}`, device.config]));
    },
    async verify(gatewayId, secret) {
      const stored = live(gatewayId)?.credential.secretHash;
      if (stored === undefined || !(await matches(secret, stored))) return undefined;
      // Asked again: the gateway may have been revoked while the proof was made.
      const entry = live(gatewayId);
      return entry?.credential.secretHash === stored ? entry.principal : undefined;
    },
    byCertificate: (commonName) => live(commonName)?.principal,
    principal: (gatewayId) => live(gatewayId)?.principal,
    bindingsOf: (gatewayId) => entries.get(gatewayId)?.credential.gateway.bindings ?? NO_BINDINGS,
    configOf: (estateId, deviceId) => configs.get(`${estateId}/${deviceId}`) ?? NO_CONFIG,
    zoneOf: (estateId) => zones.get(estateId) ?? defaultZone,
    isSimulated: (gatewayId) => entries.get(gatewayId)?.credential.gateway.simulated ?? false,
    async issueSecret(gatewayId) {
      await store.gateway(gatewayId);
      const secret = newSecret();
      await store.setGatewaySecret(gatewayId, await hashSecret(secret));
      return secret;
    },
  };
}
