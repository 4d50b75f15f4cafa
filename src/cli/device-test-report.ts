import type { z } from "zod";
import type { deviceTestAnswer } from "./calls.ts";
import { cellText, type Row } from "./table.ts";

/** How the test of a device ended, as the hub tells it. */
export type DeviceTestAnswer = z.output<typeof deviceTestAnswer>;

const CAMERAS =
  "Cameras often send nothing until they are told to: switch the detection on, arm it at this hour (布防时间), " +
  "and let its linkage notify the centre (联动方式: 上传中心).";

const CLOCK_OFF_MS = 60_000;

/** What the test found, and what to look at next, in plain words. */
export function testLines(device: Row, answer: DeviceTestAnswer, waited: number): readonly string[] {
  const isCamera = device["kind"] === "camera";
  const lines = [...outcomeLines(device, answer, waited), ...clockLines(answer)];
  return isCamera && answer.outcome !== "confirmed" && answer.outcome !== "dead"
    ? [...lines, CAMERAS]
    : lines;
}

function outcomeLines(device: Row, answer: DeviceTestAnswer, waited: number): readonly string[] {
  const { outcome, event, heard, tookMs } = answer;
  const id = cellText(device["id"]);
  const estate = cellText(device["estateId"]);
  switch (outcome) {
    case "confirmed": {
      const what = `${cellText(event?.["code"])} (${cellText(event?.["phase"])})`;
      return [
        `Confirmed: ${what} of ${id} is stored, ${(tookMs / 1_000).toFixed(1)} s after the test began.`,
      ];
    }
    case "unchanged":
      return [
        `${id} was heard ${times(heard.events)}, but no change that it reported itself.`,
        ...unchanged(answer),
      ];
    case "ignored":
      return [
        `${id} was heard, but sent nothing that is an event: ${tally(heard.ignored)}.`,
        "The line works. Trigger what it is there for, and look whether it may report that.",
        ...hints(heard.ignored),
        ...deadLines(answer, estate),
      ];
    case "dead":
      return deadLines(answer, estate);
    case "silent":
      return [`Nothing was heard of ${id} in ${waited} s.`, silentHint(device, heard.others)];
  }
}

function unchanged({ heard: { events, noProof } }: DeviceTestAnswer): readonly string[] {
  const told = Object.entries(noProof);
  const repeats = events - told.reduce((sum, [, count]) => sum + count, 0);
  const lines = told.map(([reason, count]) => `${count} × ${NO_PROOF[reason] ?? reason}.`);
  return repeats > 0
    ? [
        ...lines,
        `${repeats} × a state the hub knew already. Let it go back to rest (close the door), then trigger it again.`,
      ]
    : lines;
}

const NO_PROOF: Readonly<Record<string, string>> = {
  simulated: "made by a simulator, not by the device",
  retained: "a state that was kept for it, not news",
  initial: "its present state, told when it connected, not news",
  replayed: "an old event out of its memory",
  connection: "only about its connection",
};

const HINTS: Readonly<Record<string, string>> = {
  not_armed: "It is not armed: arm it (布防), or test a zone that reports around the clock.",
  no_code:
    "It uses words the hub has no code for: say what they mean with `zhian device config --set`, under codes.",
  no_codec: "Its network server sends raw bytes: give the device a codec there.",
};

function hints(reasons: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(reasons).flatMap((reason) => HINTS[reason] ?? []);
}

function deadLines({ heard: { dead } }: DeviceTestAnswer, estate: string): readonly string[] {
  if (Object.keys(dead).length === 0) return [];
  return [
    `Messages that could not be read, and may be its own: ${tally(dead)}.`,
    `\`zhian dead-letters list --estate ${estate}\` shows why; \`zhian device decode\` tries one without the hub.`,
    ...(dead["no_profile"] === undefined
      ? []
      : ["No profile reads where they arrive: `zhian gateway bind` names one for a prefix."]),
  ];
}

function silentHint(device: Row, others: number): string {
  if (others > 0) {
    return `Its gateway sent ${others} other messages, so gateway and line work: look between device and gateway.`;
  }
  return device["gatewayId"] === undefined
    ? "Is its id the one it is sent under? `zhian device list --status pending` shows devices nobody enrolled."
    : `Nor anything else of its gateway ${cellText(device["gatewayId"])}: is that connected? See \`zhian gateway list\`.`;
}

function clockLines({ outcome, clock: { deviceAt, skewMs = 0 } }: DeviceTestAnswer): readonly string[] {
  if (outcome === "confirmed" && deviceAt === undefined) {
    return ["It tells no time of its own: its events count from their arrival."];
  }
  if (Math.abs(skewMs) < CLOCK_OFF_MS) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const way = skewMs > 0 ? "behind" : "ahead of";
  return [
    `Its clock is about ${minutes} min ${way} the hub's (校时): set it, or give it a time server. Its zone may be wrong.`,
  ];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ×${count}`)
    .join(", ");
}
