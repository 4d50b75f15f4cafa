import type { FieldFault } from "../errors.ts";
import { isLoopback } from "./loopback.ts";
import { pullWarnings } from "./pull.ts";
import type { Config } from "./schema.ts";
import { siaWarnings } from "./sia.ts";

interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** What stands in its stead beyond loopback; undefined when it is encrypted. */
  readonly instead: string | undefined;
}

/** Faults of listeners that want the same port. */
export function clashes(config: Pick<Config, "http" | "mqtt" | "sia">): readonly FieldFault[] {
  const taken: Listener[] = [];
  const faults: FieldFault[] = [];
  for (const listener of listenersOf(config)) {
    const other = taken.find(
      (each) =>
        each.port === listener.port && (each.host === listener.host || isAny(each) || isAny(listener)),
    );
    if (other && listener.port !== 0) {
      faults.push({
        field: `${listener.name}.port`,
        reason: `is already the port of ${other.name} (it is ${listener.port})`,
      });
    }
    taken.push(listener);
  }
  return faults;
}

/**
 * Advice on listeners that carry secrets in the clear beyond this machine, and on devices that anybody can
 * pose as. One sentence each; empty when there is nothing to say.
 */
export function configWarnings(config: Pick<Config, "http" | "mqtt" | "pull" | "sia">): readonly string[] {
  const inTheClear = listenersOf(config)
    .filter((listener) => listener.instead !== undefined && !isLoopback(listener.host))
    .map(
      ({ name, host, port, instead }) =>
        `${name} listens beyond this machine (${host}, port ${port}) without TLS: passwords, tokens and ` +
        `events cross the network in the clear. Configure ${instead}, or set ${name}.host to 127.0.0.1 ` +
        `behind a proxy that speaks TLS.`,
    );
  return [...inTheClear, ...pullWarnings(config.pull), ...siaWarnings(config.sia)];
}

function listenersOf({ http, mqtt, sia }: Pick<Config, "http" | "mqtt" | "sia">): readonly Listener[] {
  const list: Listener[] = [{ name: "http", ...address(http), instead: http.tls ? undefined : "http.tls" }];
  if (mqtt.tcp) list.push({ name: "mqtt.tcp", ...address(mqtt.tcp), instead: "mqtt.tls" });
  if (mqtt.ws) list.push({ name: "mqtt.ws", ...address(mqtt.ws), instead: "mqtt.wss" });
  if (mqtt.tls) list.push({ name: "mqtt.tls", ...address(mqtt.tls), instead: undefined });
  if (mqtt.wss) list.push({ name: "mqtt.wss", ...address(mqtt.wss), instead: undefined });
  // DC-09 encrypts each message with the panel's own key: `siaWarnings` tells of those without.
  if (sia.tcp) list.push({ name: "sia.tcp", ...address(sia.tcp), instead: undefined });
  return list;
}

const address = ({ host, port }: { readonly host: string; readonly port: number }) => ({ host, port });

const isAny = ({ host }: Listener): boolean => host === "0.0.0.0" || host === "::";
