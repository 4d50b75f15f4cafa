import { isId, parseTopic, type Route } from "../domain/topic.ts";
import type { GatewayPrincipal } from "../ports.ts";

/** Commands of the hub to a gateway stand one level below `estates/{estate}/gateways/{gateway}/commands/`. */
const COMMAND_LEVELS = 6;

/**
 * Where a gateway's message on `topic` belongs, or why it may not say it. Whether the estate is its own
 * is not looked at: that can change while it is connected.
 */
export function routeOf(topic: string, gatewayId: string): Route | "unknown-topic" | "foreign-gateway" {
  const route = parseTopic(topic);
  if (!route) return "unknown-topic";
  return route.kind === "native" || route.gatewayId === gatewayId ? route : "foreign-gateway";
}

/**
 * True for the only things a gateway may subscribe to: its own commands, all or one by name, and what the
 * hub sends back to the programs it bridges. Its own publishes never come back to it.
 */
export function maySubscribe(filter: string, principal: GatewayPrincipal): boolean {
  return (
    isCommand(filter, principal, (name) => name === "#" || name === "+" || isId(name)) ||
    isBridged(filter, principal)
  );
}

/** True for a command to this gateway or its programs in an estate that is still its own. */
export function mayReceive(topic: string, principal: GatewayPrincipal): boolean {
  return isCommand(topic, principal, isId) || isBridged(topic, principal);
}

/** The topic of a message back to a program that the gateway bridges. */
export function bridgedTopic(estateId: string, gatewayId: string, path: string): string {
  return `estates/${estateId}/bridges/${gatewayId}/${path}`;
}

/** The topic of one command to one gateway. */
export function commandTopic(estateId: string, gatewayId: string, name: string): string {
  return `estates/${estateId}/gateways/${gatewayId}/commands/${name}`;
}

/** True when a client id belongs to the gateway: its own id, or that and a suffix after a dot. */
export function ownsClientId(gatewayId: string, clientId: string): boolean {
  if (clientId === gatewayId) return true;
  return clientId.startsWith(`${gatewayId}.`) && /^[A-Za-z0-9._-]{1,128}$/.test(clientId);
}

function isBridged(topic: string, principal: GatewayPrincipal): boolean {
  const [estates, estateId = "", bridges, gatewayId, ...path] = topic.split("/");
  return (
    estates === "estates" &&
    bridges === "bridges" &&
    gatewayId === principal.gatewayId &&
    principal.estateIds.has(estateId) &&
    path.length > 0
  );
}

function isCommand(topic: string, principal: GatewayPrincipal, nameFits: (name: string) => boolean): boolean {
  const levels = topic.split("/");
  const [estates, estateId = "", gateways, gatewayId, commands, name = ""] = levels;
  return (
    levels.length === COMMAND_LEVELS &&
    estates === "estates" &&
    gateways === "gateways" &&
    commands === "commands" &&
    gatewayId === principal.gatewayId &&
    principal.estateIds.has(estateId) &&
    nameFits(name)
  );
}
