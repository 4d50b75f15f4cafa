import { readSiaKey, type SiaConfig } from "../config/sia.ts";
import { SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { SiaAccount } from "../sia/options.ts";
import type { SiaReceiver, SiaReceiverParts } from "../sia/receiver.ts";

/**
 * The receiver of alarm panels as configured, its keys read from their files; undefined when it is off, and
 * then nothing is loaded for it.
 */
export async function createSia(
  config: SiaConfig,
  parts: Omit<SiaReceiverParts, "options">,
): Promise<SiaReceiver | undefined> {
  const { tcp, udp } = config;
  if (!tcp && !udp) return undefined;
  const { createSiaReceiver } = await import("../sia/receiver.ts");
  return createSiaReceiver({ ...parts, options: { tcp, udp, accounts: config.accounts.map(withKey) } });
}

/** Opens the receiver, if there is one; its ports by the names they have among the hub's. */
export async function listenForSia(
  receiver: SiaReceiver | undefined,
): Promise<Readonly<Record<string, number>>> {
  const { tcp, udp } = (await receiver?.listen()) ?? {};
  return { ...(tcp !== undefined && { siaTcp: tcp }), ...(udp !== undefined && { siaUdp: udp }) };
}

function withKey(configured: SiaConfig["accounts"][number], index: number): SiaAccount {
  const { account, estate, gateway, keyFile, allowPlain, supervised } = configured;
  const known = {
    account,
    estate,
    gateway,
    ...(allowPlain !== undefined && { allowPlain }),
    ...(supervised !== undefined && { silenceMs: supervised * SECOND }),
  };
  if (keyFile === undefined) return known;
  try {
    return { ...known, key: readSiaKey(keyFile) };
  } catch (cause) {
    const faults = [{ field: `sia.accounts.${index}.keyFile`, reason: (cause as Error).message }];
    throw new ZhianError("VALIDATION", "a panel's key cannot be read", { cause, faults });
  }
}
