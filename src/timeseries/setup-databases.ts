import { queryInflux, quoted } from "./query.ts";
import { bucketOf, type InfluxServer } from "./server.ts";
import { LOOK_BACK_HOURS, RAW_DAYS } from "./setup.ts";

const POLICY = "autogen";

/** Databases, retention and the continuous query of InfluxDB 1; see `setUpInflux`. */
export async function setUpDatabases(server: InfluxServer, signal: AbortSignal): Promise<readonly string[]> {
  const raw = bucketOf(server, "raw");
  const years = bucketOf(server, "years");
  const run = (question: string) => queryInflux(server, undefined, question, signal);
  const done: string[] = [];

  const names = new Set((await run("SHOW DATABASES")).flatMap(({ values }) => values.map(([name]) => name)));
  async function database(name: string, duration: string, shown: string): Promise<void> {
    if (!names.has(name)) {
      await run(`CREATE DATABASE ${quoted(name)} WITH DURATION ${duration} NAME "${POLICY}"`);
      done.push(`Database ${name} made, kept ${duration === "INF" ? "for ever" : duration}.`);
      return;
    }
    const policies = await run(`SHOW RETENTION POLICIES ON ${quoted(name)}`);
    const policy = policies.flatMap(({ values }) => values).find(([policyName]) => policyName === POLICY);
    if (policy?.[1] === shown) {
      done.push(`Database ${name} is as it should be.`);
      return;
    }
    await run(
      `${policy ? "ALTER" : "CREATE"} RETENTION POLICY "${POLICY}" ON ${quoted(name)} DURATION ${duration} REPLICATION 1 DEFAULT`,
    );
    done.push(`Database ${name}: retention set to ${duration}.`);
  }
  await database(raw, `${RAW_DAYS}d`, `${RAW_DAYS * 24}h0m0s`);
  await database(years, "INF", "0s");

  const name = `${raw}_hourly`;
  const queries = await run("SHOW CONTINUOUS QUERIES");
  const there = queries.find((series) => series.name === raw)?.values.find(([query]) => query === name);
  if (there) {
    done.push(`Continuous query ${name} is there.`);
    return done;
  }
  await run(
    `CREATE CONTINUOUS QUERY ${quoted(name)} ON ${quoted(raw)} RESAMPLE EVERY 1h FOR ${LOOK_BACK_HOURS}h BEGIN ` +
      `SELECT sum("n") AS "n" INTO ${quoted(years)}."${POLICY}"."security_event_hourly" FROM "security_event" ` +
      `GROUP BY time(1h), "estate", "code", "phase", "severity" END`,
  );
  done.push(`Continuous query ${name} made: hourly counts of events into ${years}.`);
  return done;
}
