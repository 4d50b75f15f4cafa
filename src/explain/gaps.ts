import type { Text } from "../domain/explanation.ts";

/** Sentences about what an explanation cannot tell. */
export const GAPS = {
  deleted: (before: string): Text => ({
    zh: `${before} 以前收到的事件已按保存期限删除，无法再用来说明。`,
    en: `Events received before ${before} were deleted when their time was up and cannot be read.`,
  }),
  noRule: (detector: string): Text => ({
    zh: `${detector} 不是针对事件的规则，而是由统计得出；依据见历史中的备注。`,
    en: `${detector} is no rule over events: statistics found it, and the notes of the history say from what.`,
  }),
  noVersion: (rule: string): Text => ({
    zh: `规则 ${rule} 当时的版本没有保存，或本版本的系统已读不懂。`,
    en: `The version of rule ${rule} of that time was not kept, or this version of the hub does not understand it.`,
  }),
  notFound: (lines: number): Text => ({
    zh: `重新运行规则得不到历史中的 ${lines} 条记录：事件已不全，设备的类别、位置或时区后来改过，规则在警情期间换过版本，或系统当时停过机。`,
    en:
      `Trying the rules again does not give ${lines} of the lines of the history: events are missing, the kind, ` +
      "place or zone of a device was changed since, the rule was changed meanwhile, or the hub was off for a time.",
  }),
  cut: (days: number): Text => ({
    zh: `只重新运行了最初 ${days} 天。`,
    en: `Only the first ${days} days were tried again.`,
  }),
  leftOut: (steps: number): Text => ({
    zh: `中间 ${steps} 步未列出。`,
    en: `${steps} steps in the middle are left out.`,
  }),
  hidden: {
    zh: "其他小区的事件无权查看，未列出详情。",
    en: "Events of estates that you may not see are told without details.",
  },
} as const;
