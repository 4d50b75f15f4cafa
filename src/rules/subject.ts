import type { SecurityEvent } from "../domain/event.ts";
import type { DeviceFacts } from "../ports.ts";
import type { Rule } from "./rule.ts";

/**
 * What may have one open incident only: `estate|incident type|subject`. Without a place the device
 * stands for it. Estate ids contain no `|`; in vendors' names it is escaped.
 */
export function subjectKey(
  { incident, subject }: Pick<Rule, "incident" | "subject">,
  { estateId, deviceId, point }: Pick<SecurityEvent, "estateId" | "deviceId" | "point">,
  { placeId }: Pick<DeviceFacts, "placeId">,
): string {
  const start = `${estateId}|${incident}|`;
  if (subject === "place" && placeId !== undefined) return `${start}place:${escaped(placeId)}`;
  const device = `${start}device:${escaped(deviceId)}`;
  return subject === "point" && point !== undefined ? `${device}|${escaped(point)}` : device;
}

function escaped(name: string): string {
  return name.includes("|") || name.includes("%") ? name.replaceAll("%", "%25").replaceAll("|", "%7C") : name;
}
