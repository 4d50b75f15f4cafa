import type { Redaction } from "../../src/device-kit/index.ts";

/** Personal items of notifications by section and name. */
function items(
  list: Readonly<Record<string, readonly [how: Redaction["how"], what: string]>>,
): readonly Redaction[] {
  return Object.entries(list).map(([item, [how, what]]) => ({ path: `notifications.*.${item}`, how, what }));
}

/** What access control tells of a person. */
export const CREDENTIALS = items({
  "source.CredentialToken": ["hashed", "credential of a person"],
  "data.CredentialToken": ["hashed", "credential of a person"],
  "data.CredentialHolderName": ["dropped", "name of a credential's holder"],
  "data.IdentifierValue": ["hashed", "number of a card, a PIN or another identifier"],
  "data.Card": ["hashed", "number of a card"],
});

/** What a camera tells of persons and vehicles. */
const SIGHTS = items({
  "data.LicensePlateInfo": ["hashed", "licence plate; the number is hashed, the rest dropped"],
  "data.PlateNumber": ["hashed", "licence plate"],
  "data.VehicleInfo": ["dropped", "vehicle a plate was read from"],
  "data.Image": ["dropped", "picture"],
  "data.HumanFace": ["dropped", "features of a face"],
});

/** Where somebody tried to log in from. */
const LOGINS = items({
  "data.SourceIPv4": ["dropped", "address somebody tried to log in from"],
  "data.SourceIPv6": ["dropped", "address somebody tried to log in from"],
});

/** What only the topics of Axis tell. */
export const OF_AXIS = items({
  "data.address": ["dropped", "address that was blocked"],
  "source.Name": ["harmless", "name of a part of the device"],
});

/** All that a notification of the standard can tell. */
export const OF_STANDARD: readonly Redaction[] = [...CREDENTIALS, ...SIGHTS, ...LOGINS];
