/** Where a message belongs, read from its MQTT topic or HTTP intake path. */
export type Route =
  | { readonly kind: "native"; readonly estateId: string; readonly deviceId: string }
  | { readonly kind: "bridge"; readonly estateId: string; readonly gatewayId: string; readonly path: string }
  | { readonly kind: "status"; readonly estateId: string; readonly gatewayId: string };

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Control characters, and U+FFFD, which stands for bytes that were not UTF-8. */
// oxlint-disable-next-line no-control-regex -- naming them is the purpose
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\ufffd\ud800-\udfff]/u;
const MAX_TOPIC = 512;

/** True for an id that estates, gateways, places and native devices may have. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * Reads a topic of the contract with gateways; undefined for any other:
 * `estates/{estate}/devices/{device}/events`, `estates/{estate}/gateways/{gateway}/status`,
 * `estates/{estate}/bridges/{gateway}/{vendor topic…}`.
 */
export function parseTopic(topic: string): Route | undefined {
  if (!topic.startsWith("estates/") || topic.length > MAX_TOPIC || UNPRINTABLE.test(topic)) return undefined;
  const [, estateId = "", area = "", id = "", ...rest] = topic.split("/");
  if (!isId(estateId) || !isId(id)) return undefined;
  const path = rest.join("/");
  if (area === "devices" && path === "events") return { kind: "native", estateId, deviceId: id };
  if (area === "gateways" && path === "status") return { kind: "status", estateId, gatewayId: id };
  if (area === "bridges" && path !== "") return { kind: "bridge", estateId, gatewayId: id, path };
  return undefined;
}

/**
 * Reads the path of an HTTP intake request below `/intake/{estate}/{gateway}/`:
 * `devices/{device}/events` carries native events, everything else is a vendor's own path.
 */
export function parseIntakePath(estateId: string, gatewayId: string, rest: string): Route | undefined {
  if (
    !isId(estateId) ||
    !isId(gatewayId) ||
    rest === "" ||
    rest.length > MAX_TOPIC ||
    UNPRINTABLE.test(rest)
  ) {
    return undefined;
  }
  const native = /^devices\/([^/]+)\/events$/.exec(rest);
  if (!native) return { kind: "bridge", estateId, gatewayId, path: rest };
  const deviceId = native[1] ?? "";
  return isId(deviceId) ? { kind: "native", estateId, deviceId } : undefined;
}
