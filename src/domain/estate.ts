import type { EpochMs, LocalDate } from "./time.ts";

/** A residential estate (小区): the unit of every rate. */
export interface Estate {
  readonly id: string;
  readonly name: string;
  /** IANA zone in which the estate's days and months are computed. */
  readonly zone: string;
  /** Occupied households; the exposure of every rate. */
  readonly households: number;
  readonly buildings?: number;
  readonly policeGrid?: string;
  readonly communityGrid?: string;
  /**
   * Where its middle lies, degrees; both or neither. Any datum, but the same for all estates of a hub: only
   * distances between them are used.
   */
  readonly latitude?: number;
  readonly longitude?: number;
  /** The day the security system went into service (智安系统启用日期). */
  readonly installedOn?: LocalDate;
  /** The day it was accepted as working; the washout counts from here. */
  readonly commissionedOn?: LocalDate;
  readonly simulated: boolean;
}

export type PlaceKind = "building" | "unit" | "gate" | "lift" | "lane" | "room" | "other";

/** A spot in an estate to which devices and incidents belong. */
export interface Place {
  readonly id: string;
  readonly estateId: string;
  readonly name: string;
  readonly kind: PlaceKind;
  readonly parentId?: string;
}

/** An MQTT or HTTP client with credentials, on site in one estate or a vendor platform for several. */
export interface Gateway {
  readonly id: string;
  readonly name: string;
  readonly estateIds: readonly string[];
  /** Vendor topic prefixes that differ from a profile's default, for example `zigbee` → `zigbee2mqtt`. */
  readonly bindings: readonly TopicBinding[];
  readonly simulated: boolean;
  readonly presence: "online" | "offline" | "unknown";
  readonly presenceSince?: EpochMs;
  readonly lastSeen?: EpochMs;
  readonly createdAt: EpochMs;
  /** Set when the credentials were withdrawn; a revoked gateway can neither connect nor publish. */
  readonly revokedAt?: EpochMs;
}

export interface TopicBinding {
  readonly prefix: string;
  readonly profile: string;
  readonly options?: BindingOptions;
}

/** What an installation says about a format that leaves its meaning to the installation. */
export interface BindingOptions {
  /**
   * The vendor's word for what happened → a taxonomy code, or `ignore`. Asked after the device's own
   * `codes` and before the profile's table.
   */
  readonly codes?: Readonly<Record<string, string>>;
  /** Where a format without fixed fields keeps its parts: dotted paths by the part's name. */
  readonly fields?: Readonly<Record<string, string>>;
  /** How such a format writes its time. */
  readonly timeUnit?: "iso" | "seconds" | "milliseconds";
  /** Edition of a standard that has several. */
  readonly edition?: string;
}

export type DeviceKind = "gate" | "camera" | "sensor" | "panel" | "gateway" | "other";

/** What one installation says about one device, or one point of it. */
export interface PointConfig {
  /**
   * Door contacts: which position means "open". Dry contacts: which position is the idle one, by default
   * `normally-open`.
   */
  readonly contact?: "normally-open" | "normally-closed";
  /** What an ordinary button means here, for example `life.sos`. */
  readonly buttonCode?: string;
  /** What a dry contact means here, for example `fire.alarm`. */
  readonly inputCode?: string;
}

/** What one installation says about one device; it changes how its messages are read. */
export interface DeviceConfig extends PointConfig {
  /** IANA zone of timestamps the device sends without an offset. */
  readonly zone?: string;
  /** What is different at one door, zone, input or channel of the device. */
  readonly points?: Readonly<Record<string, PointConfig>>;
  /** The vendor's word for what happened → a taxonomy code, or `ignore`. */
  readonly codes?: Readonly<Record<string, string>>;
}

/** A gate, camera or sensor of an estate. */
export interface Device {
  /** Unique within its estate. Bridged devices: `<gateway>:<profile>:<name the vendor uses>`. */
  readonly id: string;
  readonly estateId: string;
  readonly gatewayId?: string;
  readonly profile: string;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly placeId?: string;
  /** `pending`: heard of, its events are kept, nobody has enrolled it yet. */
  readonly status: "pending" | "enrolled";
  readonly config: DeviceConfig;
  readonly simulated: boolean;
  readonly firstSeen?: EpochMs;
  readonly lastSeen?: EpochMs;
  /** When a real event of it was last confirmed from end to end (commissioning). */
  readonly confirmedAt?: EpochMs;
  /** Estimated error of the device's clock: hub time minus device time, milliseconds. */
  readonly skewMs?: number;
}
