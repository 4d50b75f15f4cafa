/** What a device that is pulled from speaks; also the first segment of its messages' path. */
export type PullKind = "hikvision" | "dahua" | "onvif";

/** Whom to believe that it is the device. Plain HTTP asks nobody. */
export type Trust =
  /** Certificates signed by these authorities (PEM), or by the system's when there are none. */
  | { readonly kind: "authorities"; readonly ca?: string }
  /** The one certificate with this SHA-256 fingerprint: hexadecimal digits, colons or not. */
  | { readonly kind: "fingerprint"; readonly sha256: string }
  /** Any certificate: encrypted, but nobody knows to whom. */
  | { readonly kind: "anyone" };

/** A device that only answers, and is therefore asked: where, as whom, and for which gateway it speaks. */
export interface PullSource {
  readonly id: string;
  readonly kind: PullKind;
  readonly gatewayId: string;
  readonly estateId: string;
  /** The device's name below its kind; with gateway and kind it makes the device id. */
  readonly device: string;
  /** `http:` or `https:`. A path other than `/` replaces the usual one of the kind. */
  readonly url: URL;
  readonly user: string;
  readonly password: string;
  readonly trust: Trust;
  /** A stream that brings no byte for this long is dead. Milliseconds. */
  readonly silenceMs: number;
}

/** The hub's id of the device behind a source, the same that its messages lead to. */
export function deviceIdOf({ gatewayId, kind, device }: PullSource): string {
  return `${gatewayId}:${kind}:${device}`;
}
