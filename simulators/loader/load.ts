import { performance } from "node:perf_hooks";
import { closeSync, openSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createLatency } from "./latency.ts";
import { createLine, type Line, type Message } from "./line.ts";
import type { LoadOptions, LoadProgress, LoadResult } from "./options.ts";
import { spread } from "./spread.ts";
import { encodeTemplate, FIRST_SEQ, type Template } from "./template.ts";

const TICK_MS = 1;
const POLL_MS = 10;
/** Logins at a time: a server that hashes secrets needs time for each. */
const LOGINS = 16;

/** A load under way. */
export interface Load {
  /** Resolves when everything sent is acknowledged, or the drain time is over. */
  readonly result: Promise<LoadResult>;
  readonly progress: () => LoadProgress;
  /** Sends nothing new; the result follows. */
  readonly stop: () => void;
}

/**
 * Connects and publishes QoS 1 events as told, flat out or at a rate. At a rate a message is due at its
 * own instant whether or not the server keeps up, and its latency counts from there: a server that
 * stalls is charged for every message that had to wait.
 */
export function startLoad(options: LoadOptions): Load {
  const boot = options.boot ?? `load-${randomBytes(6).toString("hex")}`;
  const latency = createLatency();
  const ackFile = options.ackFile === undefined ? undefined : openSync(options.ackFile, "a");
  const total = { sent: 0, acked: 0, reconnects: 0 };
  const window = { from: Infinity, to: Infinity, acked: 0, lastAt: 0 };
  const overdue: number[] = [];
  let started = 0;
  let startedAt = 0;
  let lastAckAt = 0;
  let ackLines = "";
  let stopped = false;
  const limit = options.count ?? Infinity;

  const clients = spread(options.gateways, options.connections, options.devicesPerEstate);
  const onLost = (): void => {
    total.reconnects++;
  };
  const lines = clients.map(({ clientId, gateway, topics }) => {
    const templates = topics.flatMap((topic) =>
      options.kinds.map((kind) => encodeTemplate(topic, boot, kind, options.payloadBytes)),
    );
    const { host, port, window: most } = options;
    return createLine({ host, port, window: most, clientId, gateway, templates, onAck, onRoom, onLost });
  });

  function onAck({ seq, time, dueAt }: Message, { topic, kind }: Template): void {
    const now = performance.now();
    total.acked++;
    lastAckAt = now;
    if (now >= window.from && now < window.to) {
      window.acked++;
      window.lastAt = now;
    }
    if (dueAt >= window.from && dueAt < window.to) latency.record(now - dueAt);
    if (ackFile !== undefined) {
      ackLines += `${[boot, seq, topic, time, kind.code, kind.phase].join("\t")}\n`;
    }
  }

  function onRoom(line: Line): void {
    if (ackFile !== undefined && ackLines !== "") {
      writeSync(ackFile, ackLines);
      ackLines = "";
    }
    fill(line);
  }

  /** Sends what is due on this line: anything when flat out, else what has waited for room. */
  function fill(line: Line): void {
    if (stopped || started === 0) return;
    const now = performance.now();
    const time = new Date().toISOString();
    const flatOut = options.ratePerSecond === undefined;
    for (let room = line.room(); room > 0 && total.sent < limit; room--) {
      const dueAt = flatOut ? now : overdue.shift();
      if (dueAt === undefined) break;
      line.put(FIRST_SEQ + total.sent++, time, dueAt);
    }
    line.flush();
  }

  /** At a rate: what has become due since the last tick, dealt out line by line. */
  function pace(rate: number): NodeJS.Timeout {
    let issued = 0;
    let next = 0;
    return setInterval(() => {
      const now = performance.now();
      const target = Math.min(limit, Math.floor(((now - started) / 1_000) * rate));
      for (; issued < target; issued++) overdue.push(now);
      for (let tried = 0; overdue.length > 0 && tried < lines.length; tried++) {
        const line = lines[next++ % lines.length] as Line;
        if (stopped || line.room() === 0) continue;
        line.put(FIRST_SEQ + total.sent++, new Date().toISOString(), overdue.shift() as number);
        line.flush();
      }
    }, TICK_MS);
  }

  async function run(): Promise<LoadResult> {
    const connectFrom = performance.now();
    await openAll(lines);
    const connectMs = performance.now() - connectFrom;
    const cpuBefore = process.cpuUsage();
    started = performance.now();
    startedAt = Date.now();
    window.from = started + options.warmupMs;
    window.to = options.durationMs === undefined ? Infinity : window.from + options.durationMs;
    const pacing = options.ratePerSecond === undefined ? undefined : pace(options.ratePerSecond);
    if (!pacing) for (const line of lines) fill(line);

    await until(() => stopped || total.sent >= limit || performance.now() >= window.to);
    stopped = true;
    clearInterval(pacing);
    const giveUpAt = performance.now() + options.drainMs;
    await until(() => total.acked >= total.sent || performance.now() >= giveUpAt);
    const cpu = process.cpuUsage(cpuBefore);
    const end = Math.min(window.to, Math.max(window.lastAt, window.from));
    const seconds = Math.max(0, end - window.from) / 1_000;
    return {
      boot,
      ...total,
      unacked: total.sent - total.acked,
      connectMs,
      startedAt,
      totalSeconds: Math.max(0, lastAckAt - started) / 1_000,
      measured: {
        seconds,
        acked: window.acked,
        ackedPerSecond: seconds > 0 ? window.acked / seconds : 0,
        p50Ms: latency.percentile(0.5),
        p99Ms: latency.percentile(0.99),
        maxMs: latency.max(),
      },
      cpuSeconds: (cpu.user + cpu.system) / 1_000_000,
    };
  }

  async function runAndClose(): Promise<LoadResult> {
    try {
      return await run();
    } finally {
      stopped = true;
      for (const line of lines) line.close();
      if (ackFile !== undefined) closeSync(ackFile);
    }
  }

  return {
    result: runAndClose(),
    progress: () => ({ ...total }),
    stop: () => {
      stopped = true;
    },
  };
}

async function openAll(lines: readonly Line[]): Promise<void> {
  for (let from = 0; from < lines.length; from += LOGINS) {
    await Promise.all(lines.slice(from, from + LOGINS).map((line) => line.open()));
  }
}

function until(done: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!done()) return;
      clearInterval(timer);
      resolve();
    }, POLL_MS);
  });
}
