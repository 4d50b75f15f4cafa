import pino, { type Logger } from "pino";

export type { Logger } from "pino";

const SECRET_PATHS = ["password", "secret", "token", "authorization", "hash", "key"].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** The process's log: JSON lines on standard error, secrets removed by path. */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, redact: { paths: SECRET_PATHS, censor: "[redacted]" } },
    pino.destination(2),
  );
}
