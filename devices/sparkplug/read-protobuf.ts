import { PbfReader } from "pbf";
import { MOST_METRICS, type Metric, type MetricValue, type Payload } from "./payload.ts";

/** Wire types of Protocol Buffers. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Field numbers of `Payload` and of `Payload.Metric` in the Sparkplug B schema. */
const PAYLOAD = { timestamp: 1, metrics: 2, uuid: 4 } as const;
const METRIC = {
  name: 1,
  alias: 2,
  timestamp: 3,
  isHistorical: 5,
  isNull: 7,
  int: 10,
  long: 11,
  float: 12,
  double: 13,
  boolean: 14,
  string: 15,
} as const;

/** Reads a Sparkplug B payload. Throws on bytes that are none. */
export function readProtobuf(bytes: Uint8Array): Payload {
  const reader = new PbfReader(bytes);
  const metrics: Metric[] = [];
  let timestamp: number | undefined;
  let uuid: string | undefined;
  eachField(reader, bytes.length, (field) => {
    switch (field) {
      case PAYLOAD.timestamp:
        timestamp = Number(readUint64(reader));
        break;
      case PAYLOAD.metrics:
        if (metrics.length >= MOST_METRICS) throw new RangeError(`more than ${MOST_METRICS} metrics`);
        metrics.push(readMetric(reader, endOf(reader)));
        break;
      case PAYLOAD.uuid:
        uuid = readText(reader);
        break;
      default:
    }
  });
  return { metrics, ...(timestamp !== undefined && { timestamp }), ...(uuid !== undefined && { uuid }) };
}

function readMetric(reader: PbfReader, end: number): Metric {
  let name: string | undefined;
  let alias: string | undefined;
  let timestamp: number | undefined;
  let value: MetricValue | undefined;
  let historical = false;
  let isNull = false;
  eachField(reader, end, (field) => {
    switch (field) {
      case METRIC.name:
        name = readText(reader);
        break;
      case METRIC.alias:
        alias = String(readUint64(reader));
        break;
      case METRIC.timestamp:
        timestamp = Number(readUint64(reader));
        break;
      case METRIC.isHistorical:
        historical = readTruth(reader);
        break;
      case METRIC.isNull:
        isNull = readTruth(reader);
        break;
      // Only whether a number is 0 matters, so signs need not be told apart.
      case METRIC.int:
      case METRIC.long:
        value = Number(readUint64(reader));
        break;
      case METRIC.float:
        expectType(reader, FIXED32);
        value = reader.readFloat();
        break;
      case METRIC.double:
        expectType(reader, FIXED64);
        value = reader.readDouble();
        break;
      case METRIC.boolean:
        value = readTruth(reader);
        break;
      case METRIC.string:
        value = readText(reader);
        break;
      default:
    }
  });
  return {
    historical,
    ...(name !== undefined && { name }),
    ...(alias !== undefined && { alias }),
    ...(timestamp !== undefined && { timestamp }),
    ...(value !== undefined && !isNull && { value }),
  };
}

/** Calls back for each field up to `end`; what the callback does not read is skipped. */
function eachField(reader: PbfReader, end: number, read: (field: number) => void): void {
  if (end > reader.length) throw new RangeError("cut off");
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    read(field);
    if (reader.pos > end) throw new RangeError("a field runs over the end");
  }
  if (reader.pos !== end) throw new RangeError("a field runs over the end");
}

/** Where the message that begins here ends. */
function endOf(reader: PbfReader): number {
  expectType(reader, LENGTH);
  return reader.readVarint() + reader.pos;
}

function readText(reader: PbfReader): string {
  expectType(reader, LENGTH);
  return reader.readString();
}

/** A varint of up to 64 bits, exact: the reader's own loses digits beyond 2^53. */
function readUint64(reader: PbfReader): number | bigint {
  expectType(reader, VARINT);
  let small = 0;
  for (let at = 0; at < 7; at++) {
    const byte = nextByte(reader);
    small += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return small;
  }
  let large = BigInt(small);
  for (let at = 7; at < 10; at++) {
    const byte = nextByte(reader);
    large |= BigInt(byte & 0x7f) << BigInt(7 * at);
    if (byte < 0x80) return BigInt.asUintN(64, large);
  }
  throw new RangeError("a number of more than 64 bits");
}

function nextByte(reader: PbfReader): number {
  const byte = reader.buf[reader.pos++];
  if (byte === undefined) throw new RangeError("cut off");
  return byte;
}

function readTruth(reader: PbfReader): boolean {
  return Number(readUint64(reader)) !== 0;
}

function expectType(reader: PbfReader, type: number): void {
  if (reader.type !== type) throw new TypeError("a field of another type");
}
