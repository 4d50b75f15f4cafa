import { ZhianError } from "../errors.ts";
import { ask, bucketOf, type InfluxRequest, type InfluxServer } from "./server.ts";
import { LOOK_BACK_HOURS, RAW_DAYS, RAW_SECONDS } from "./setup.ts";

interface Bucket {
  readonly id: string;
  readonly retentionRules: readonly { readonly everySeconds: number }[];
}

/** Buckets, their names for InfluxQL, and the hourly task of InfluxDB 2; see `setUpInflux`. */
export async function setUpBuckets(server: InfluxServer, signal: AbortSignal): Promise<readonly string[]> {
  const done: string[] = [];
  const call = caller(server, signal);
  const org = encodeURIComponent(server.org);
  const { orgs } = await call<{ orgs: readonly { id: string }[] }>("GET", `/api/v2/orgs?org=${org}`);
  const orgID = orgs[0]?.id;
  if (orgID === undefined)
    throw new ZhianError("NOT_FOUND", `InfluxDB has no organisation ${server.org} that this token may see`);

  async function bucket(name: string, everySeconds: number): Promise<string> {
    const retentionRules = everySeconds === 0 ? [] : [{ type: "expire", everySeconds }];
    const { buckets } = await call<{ buckets: readonly Bucket[] }>(
      "GET",
      `/api/v2/buckets?orgID=${orgID}&name=${encodeURIComponent(name)}`,
    );
    const [there] = buckets;
    if (!there) {
      const made = await call<Bucket>("POST", "/api/v2/buckets", { orgID, name, retentionRules });
      done.push(`Bucket ${name} made, kept ${everySeconds === 0 ? "for ever" : `${RAW_DAYS} days`}.`);
      return made.id;
    }
    if ((there.retentionRules[0]?.everySeconds ?? 0) === everySeconds) {
      done.push(`Bucket ${name} is as it should be.`);
    } else {
      await call("PATCH", `/api/v2/buckets/${there.id}`, { retentionRules });
      done.push(`Bucket ${name}: retention mended.`);
    }
    return there.id;
  }

  async function database(name: string, bucketID: string): Promise<void> {
    const { content = [] } = await call<{ content?: readonly { bucketID: string; virtual?: boolean }[] }>(
      "GET",
      `/api/v2/dbrps?orgID=${orgID}&db=${encodeURIComponent(name)}`,
    );
    // InfluxDB may show a name that it made up itself; one of ours stays when that goes.
    if (content.some((mapping) => mapping.bucketID === bucketID && mapping.virtual !== true)) {
      done.push(`Database name ${name} is as it should be.`);
      return;
    }
    const mapping = { orgID, bucketID, database: name, retention_policy: "autogen", default: true };
    await call("POST", "/api/v2/dbrps", mapping);
    done.push(`Database name ${name} made for InfluxQL.`);
  }

  const [raw, years] = [bucketOf(server, "raw"), bucketOf(server, "years")];
  await database(raw, await bucket(raw, RAW_SECONDS));
  await database(years, await bucket(years, 0));

  const name = `${raw}_hourly`;
  const flux = hourlyTask(name, raw, years);
  const { tasks } = await call<{ tasks: readonly { id: string; flux: string }[] }>(
    "GET",
    `/api/v2/tasks?orgID=${orgID}&name=${encodeURIComponent(name)}`,
  );
  const [task] = tasks;
  if (!task) {
    await call("POST", "/api/v2/tasks", { orgID, flux, status: "active" });
    done.push(`Task ${name} made: hourly counts of events into ${years}.`);
  } else if (task.flux === flux) {
    done.push(`Task ${name} is as it should be.`);
  } else {
    await call("PATCH", `/api/v2/tasks/${task.id}`, { flux });
    done.push(`Task ${name} mended.`);
  }
  return done;
}

function hourlyTask(name: string, raw: string, years: string): string {
  return `option task = {name: ${JSON.stringify(name)}, every: 1h, offset: 5m}

from(bucket: ${JSON.stringify(raw)})
  |> range(start: -${LOOK_BACK_HOURS}h)
  |> filter(fn: (r) => r._measurement == "security_event" and r._field == "n")
  |> group(columns: ["estate", "code", "phase", "severity", "_field"])
  |> aggregateWindow(every: 1h, fn: sum, createEmpty: false, timeSrc: "_start")
  |> set(key: "_measurement", value: "security_event_hourly")
  |> to(bucket: ${JSON.stringify(years)})
`;
}

function caller(server: InfluxServer, signal: AbortSignal) {
  return async <T>(method: InfluxRequest["method"], path: string, body?: object): Promise<T> => {
    const response = await ask(server, {
      method,
      path,
      ...(body && { body: JSON.stringify(body), contentType: "application/json" }),
      signal,
    }).catch((cause: unknown) => {
      throw new ZhianError("UNAVAILABLE", "InfluxDB does not answer", { cause });
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw new ZhianError("UNAVAILABLE", `InfluxDB answers ${response.status}: ${text.slice(0, 300)}`);
  };
}
