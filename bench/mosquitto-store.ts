/**
 * Baseline 2, second half: an mqtt.js subscriber that parses each event and commits groups to SQLite
 * (WAL, synchronous=FULL, unique index on the event id). Its own process, behind a Mosquitto.
 * It subscribes with QoS 0, the fastest way that still stored everything (QoS 1 stored a tenth less).
 * Arguments: Mosquitto's port, database file.
 */
import { DatabaseSync } from "node:sqlite";
import { connectAsync } from "mqtt";
import { announceReady, answerStored } from "./child-side.ts";

const GROUP = 1_000;
const GROUP_MS = 5;

interface LoadEvent {
  readonly boot: string;
  readonly seq: number;
  readonly code: string;
  readonly phase: string;
  readonly at: string;
}

const [port = "", file = ""] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE events (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, estate TEXT NOT NULL, device TEXT NOT NULL,
    code TEXT NOT NULL, phase TEXT NOT NULL, occurred_at INTEGER NOT NULL, payload TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_id ON events (id);
`);
const insert = db.prepare(
  "INSERT OR IGNORE INTO events (id, estate, device, code, phase, occurred_at, payload) VALUES (?,?,?,?,?,?,?)",
);

let group: [topic: string, payload: Buffer][] = [];
let timer: NodeJS.Timeout | undefined;
let stored = 0;

function commit(): void {
  clearTimeout(timer);
  timer = undefined;
  db.exec("BEGIN");
  for (const [topic, payload] of group) {
    const text = payload.toString();
    const event = JSON.parse(text) as LoadEvent;
    const [, estate = "", , device = ""] = topic.split("/");
    const id = `${event.boot}-${event.seq}`;
    insert.run(id, estate, device, event.code, event.phase, Date.parse(event.at), text);
  }
  db.exec("COMMIT");
  stored += group.length;
  group = [];
}

const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: "bench-store" });
client.on("message", (topic, payload) => {
  group.push([topic, payload]);
  if (group.length >= GROUP) commit();
  else timer ??= setTimeout(commit, GROUP_MS);
});
await client.subscribeAsync("estates/#", { qos: 0 });
answerStored(() => stored);
announceReady(Number(port));
