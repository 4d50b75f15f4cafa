import { influxToken } from "../config/influx.ts";
import type { Config } from "../config/schema.ts";
import type { InfluxServer } from "../timeseries/server.ts";

/** The server of a configuration with its token; undefined while InfluxDB is off. */
export function influxServer(
  settings: Config["influx"],
  env: Readonly<Record<string, string | undefined>>,
): InfluxServer | undefined {
  const { url, org, bucket, version } = settings;
  if (url === undefined) return undefined;
  return { url, org, bucket, version, token: influxToken(settings, env) };
}

/** What the database thread needs for shipping; nothing while InfluxDB is off. */
export function influxParts(
  settings: Config["influx"],
  env: Readonly<Record<string, string | undefined>>,
): { readonly influx?: { readonly server: InfluxServer; readonly maxOutboxBytes: number } } {
  const server = influxServer(settings, env);
  return server ? { influx: { server, maxOutboxBytes: settings.maxOutboxBytes } } : {};
}
