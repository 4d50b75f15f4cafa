import type { ReadMessage } from "../../src/device-kit/index.ts";

const FIELDS: ReadMessage["redact"] = [
  { path: "CardNo", how: "hashed", what: "card number, as cardHash" },
  { path: "Number", how: "hashed", what: "card number, as cardHash" },
  { path: "UserID", how: "hashed", what: "person, room or telephone extension, as personHash" },
  { path: "CardName", how: "dropped", what: "name of the holder of a card" },
  { path: "Password", how: "dropped", what: "password entered at the door" },
  { path: "SnapURL", how: "dropped", what: "picture of the person" },
  { path: "FingerPrintID", how: "dropped", what: "number of a stored fingerprint" },
  { path: "RemoteID", how: "dropped", what: "room or telephone extension that is called" },
  { path: "Address", how: "dropped", what: "network address of a peer" },
  { path: "Name", how: "harmless", what: "name of the camera's rule or of the door" },
];

/** Personal data in the data of a Dahua event, which stand at a path of the parsed message. */
export const dahuaRedact = (data: string): ReadMessage["redact"] =>
  FIELDS.map(({ path, how, what }) => ({ path: `${data}.${path}`, how, what }));
