import type { PointTarget } from "../ports.ts";

/** How a field is written; a field keeps its type for ever, because InfluxDB refuses any other. */
type FieldType = "integer" | "float" | "string" | "boolean";

interface Measurement {
  readonly target: PointTarget;
  /** In alphabetical order, which is the order InfluxDB sorts them into. All are always written. */
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, FieldType>>;
}

/**
 * Everything the hub writes to InfluxDB: measurements, their tags and the types of their fields. A tag is a
 * word out of a bounded set; ids of events, incidents and cases are fields. Nothing here is personal.
 */
export const MEASUREMENTS = {
  security_event: {
    target: "raw",
    tags: ["code", "device", "estate", "phase", "severity"],
    fields: { n: "integer", event_id: "string", value: "float", late: "boolean" },
  },
  coverage: {
    target: "raw",
    tags: ["device_kind", "estate"],
    fields: { device_seconds: "float", observed_seconds: "float" },
  },
  hub: {
    target: "raw",
    tags: [],
    fields: {
      outbox_lines: "integer",
      outbox_bytes: "integer",
      outbox_age_seconds: "float",
      events_per_second: "float",
      dead_letters: "integer",
      line_dead_letters: "integer",
      open_incidents: "integer",
    },
  },
  incident_transition: {
    target: "years",
    tags: ["category", "estate", "severity", "to_status", "type"],
    fields: {
      n: "integer",
      incident_id: "string",
      rule: "string",
      rule_version: "string",
      verification: "integer",
      seconds_to_ack: "float",
      seconds_to_close: "float",
    },
  },
  recorded_case: {
    target: "years",
    tags: ["category", "estate", "type", "unit"],
    fields: { n: "integer", case_id: "string" },
  },
} as const satisfies Readonly<Record<string, Measurement>>;

/** Name of a measurement. */
export type MeasurementName = keyof typeof MEASUREMENTS;

/** The tags a point of a measurement has. */
export type TagsOf<M extends MeasurementName> = Readonly<
  Record<(typeof MEASUREMENTS)[M]["tags"][number], string>
>;

interface ValueOf {
  readonly integer: number;
  readonly float: number;
  readonly string: string;
  readonly boolean: boolean;
}
type Values<Types extends Readonly<Record<string, FieldType>>> = {
  readonly [F in keyof Types]?: ValueOf[Types[F]] | undefined;
};

/** The fields a point of a measurement may have; one at least must be there. */
export type FieldsOf<M extends MeasurementName> = Values<(typeof MEASUREMENTS)[M]["fields"]>;
