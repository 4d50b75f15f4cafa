import type { SecurityEvent } from "../domain/event.ts";
import type { DeviceFacts } from "../ports.ts";
import type { Scene } from "./scene.ts";
import type { Rule } from "./rule.ts";

/** Stands for all estates at the head of a key; no estate's id begins with it. */
export const EVERYWHERE = "*";

/**
 * What may have one open incident only: `estate|incident type|subject`. Without a place the device
 * stands for it. Estate ids contain no `|`; in vendors' names and values it is escaped. The scene must
 * show the event. Undefined when the subject is a value that the event does not have.
 */
export function subjectKey(
  { incident, subject }: Pick<Rule, "incident" | "subject">,
  { estateId, deviceId, point }: Pick<SecurityEvent, "estateId" | "deviceId" | "point">,
  { placeId }: Pick<DeviceFacts, "placeId">,
  scene: Scene,
): string | undefined {
  if (typeof subject === "object") {
    const value = subject.value.of(scene);
    if (value === undefined || value === "") return undefined;
    return `${subject.everywhere ? EVERYWHERE : estateId}|${incident}|value:${escaped(String(value))}`;
  }
  const start = `${estateId}|${incident}|`;
  if (subject === "place" && placeId !== undefined) return `${start}place:${escaped(placeId)}`;
  const device = `${start}device:${escaped(deviceId)}`;
  return subject === "point" && point !== undefined ? `${device}|${escaped(point)}` : device;
}

/** The key of an incident about a gateway itself, as one whose rule has the key [estate, device]. */
export function gatewayKey(estateId: string, incident: string, gatewayId: string): string {
  return `${estateId}|${incident}|device:${escaped(`gateway:${gatewayId}`)}`;
}

/** True for the key of an incident about a gateway itself. */
export function isAboutGateway(key: string): boolean {
  return key.includes("|device:gateway:");
}

/** The estate at the head of a key. */
export function estateOf(key: string): string {
  return key.slice(0, key.indexOf("|"));
}

function escaped(name: string): string {
  return name.includes("|") || name.includes("%") ? name.replaceAll("%", "%25").replaceAll("|", "%7C") : name;
}
