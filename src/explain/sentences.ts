import type { ExplainedEvent, Text } from "../domain/explanation.ts";
import type { Phase, Transition } from "../domain/event.ts";
import type { IncidentTransition, TransitionKind } from "../domain/incident.ts";
import { TAXONOMY } from "../domain/taxonomy.ts";
import { SECOND, type EpochMs } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";
import type { Standing } from "../ports.ts";

/** What each line of a history says. */
const MADE: Readonly<Record<TransitionKind, Text>> = {
  opened: { zh: "由此产生警情。", en: "This opened the incident." },
  evidence: { zh: "作为该警情的佐证。", en: "This is evidence for it." },
  escalated: { zh: "警情升级。", en: "This made it more serious." },
  ended: { zh: "该状态就此结束。", en: "With this the condition ended." },
  resumed: { zh: "又一次发生，警情继续。", en: "It began once more, and the incident goes on." },
  reopened: {
    zh: "关闭后不久再次发生，警情重新打开。",
    en: "It began again soon after the closing, which reopened it.",
  },
  verified: { zh: "可信度提高。", en: "This made it surer." },
  latched: { zh: "反复出现，保持为持续状态。", en: "It comes and goes too often and is held as going on." },
  acknowledged: { zh: "已接警。", en: "It was acknowledged." },
  closed: { zh: "警情已关闭。", en: "The incident was closed." },
};

const PHASE_ZH: Readonly<Record<Phase, string>> = {
  raise: "开始",
  clear: "解除",
  pulse: "单次",
  state: "状态",
  heartbeat: "心跳",
};
const TRANSITION_ZH: Readonly<Record<Transition, string>> = {
  edge: "",
  initial: "，初始状态",
  repeat: "，重复上报",
};

/** Joins texts into one. */
export function joined(texts: readonly Text[]): Text {
  return { zh: texts.map(({ zh }) => zh).join(""), en: texts.map(({ en }) => en).join(" ") };
}

/** What came of a step; a line with a note tells it. */
export function madeText(lines: readonly Pick<IncidentTransition, "kind" | "note">[]): readonly Text[] {
  return lines.map(({ kind, note }) => withNote(MADE[kind], note));
}

/** That an event met a condition; undefined: one that may not be shown. */
export function eventText(event: ExplainedEvent | undefined, role: string | undefined, timeOf: TimeOf): Text {
  const part =
    role === undefined ? { zh: "。", en: "." } : { zh: `，符合“${role}”。`, en: `; it met “${role}”.` };
  if (!event) return { zh: `另一小区的事件${part.zh}`, en: `An event of another estate came${part.en}` };
  const { deviceId, point, code, phase, value, transition, occurredAt, receivedAt } = event;
  const device = point === undefined ? deviceId : `${deviceId} · ${point}`;
  const name = TAXONOMY[code];
  const reading = value === undefined ? "" : ` = ${value}`;
  const told = transition === "edge" ? "" : `, ${transition}`;
  const before =
    Math.abs(receivedAt - occurredAt) < SECOND
      ? []
      : [{ zh: `发生于 ${timeOf(occurredAt)}。`, en: `It happened at ${timeOf(occurredAt)}.` }];
  return joined([
    {
      zh: `${device} 上报 ${code}${reading}（${name?.zh ?? code}，${PHASE_ZH[phase]}${TRANSITION_ZH[transition]}）${part.zh}`,
      en: `${device} reported ${code}${reading} (${name?.en ?? code}, ${phase}${told})${part.en}`,
    },
    ...before,
  ]);
}

/** How far the rule is. */
export function standingText({ counted, decidesAt }: Standing, timeOf: TimeOf): readonly Text[] {
  return [
    ...(counted
      ? [
          {
            zh: `已计 ${counted.have}，需要 ${counted.need}。`,
            en: `Counted ${counted.have} of ${counted.need}.`,
          },
        ]
      : []),
    ...(decidesAt === undefined
      ? []
      : [
          {
            zh: `若无变化，于 ${timeOf(decidesAt)} 判定。`,
            en: `It is decided at ${timeOf(decidesAt)}, unless something comes between.`,
          },
        ]),
  ];
}

/** What a person did. */
export function personText({ by, kind, note }: IncidentTransition): Text {
  const { zh, en } = withNote(MADE[kind], note);
  return { zh: `${by}：${zh}`, en: `${by}: ${en}` };
}

/** Writes instants as local time of a zone. */
export type TimeOf = (at: EpochMs) => string;

/** Makes the writer of a zone's times. */
export function timesIn(zone: string): TimeOf {
  const clock = createZoneClock(zone);
  return (at) => new Date(at + clock.offsetAt(at)).toISOString().slice(0, 19).replace("T", " ");
}

function withNote({ zh, en }: Text, note: string | undefined): Text {
  return note === undefined ? { zh, en } : { zh: `${zh}（${note}）`, en: `${en} (${note})` };
}
