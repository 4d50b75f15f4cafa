import { PbfWriter } from "pbf";

/** A metric as an edge node has it. */
export interface Metric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  readonly historical?: boolean;
  readonly isNull?: boolean;
  readonly value?: boolean | number | string;
}

/** A Sparkplug B payload as an edge node writes it. */
export function encode(metrics: readonly Metric[], timestamp?: number, seq?: number): Uint8Array {
  const writer = new PbfWriter();
  if (timestamp !== undefined) writer.writeVarintField(1, timestamp);
  for (const metric of metrics) writer.writeMessage(2, writeMetric, metric);
  if (seq !== undefined) writer.writeVarintField(3, seq);
  return writer.finish();
}

function writeMetric({ name, alias, timestamp, historical, isNull, value }: Metric, writer: PbfWriter): void {
  if (name !== undefined) writer.writeStringField(1, name);
  if (alias !== undefined) writer.writeVarintField(2, alias);
  if (timestamp !== undefined) writer.writeVarintField(3, timestamp);
  if (historical) writer.writeBooleanField(5, true);
  if (isNull) writer.writeBooleanField(7, true);
  if (typeof value === "boolean") writer.writeBooleanField(14, value);
  else if (typeof value === "string") writer.writeStringField(15, value);
  else if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
    writer.writeVarintField(11, value);
  else if (typeof value === "number") writer.writeDoubleField(13, value);
}
