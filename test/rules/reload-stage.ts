import type { RuleReload } from "../../src/ports.ts";
import { createReloader, type Reloader } from "../../src/rules/reloader.ts";
import type { RuleFiles } from "../../src/rules/rule-files.ts";
import type { Rule, RuleFault } from "../../src/rules/rule.ts";
import { ruleText } from "./build.ts";

/** Where the rules of a stage are said to be. */
export const FOLDER = "/etc/rules";
/** A sound rule as text. */
export const rule = (id: string, lines: Readonly<Record<string, string>> = {}): string =>
  ruleText({ id, ...lines });
/** What makes a rule faulty. */
export const BAD = { severity: "P9" };
/** What a rule of severity P3 must have. */
export const TEXTS = {
  cause: "{ zh: 乙, en: B }",
  consequence: "{ zh: 丙, en: C }",
  response: "{ zh: 丁, en: D }",
  respondWithin: "30m",
};

/** A reloader over a folder in memory. */
interface Stage {
  /** The folder; set to undefined what is not there. */
  files: Record<string, string | undefined>;
  unread: readonly RuleFault[];
  /** Throws at the next install. */
  broken: boolean;
  /** Every set of rules that was put in force after the start. */
  readonly installed: string[];
  /** What came of each change of the folder. */
  readonly told: RuleReload[];
  /** How often the folder was read. */
  reads: number;
  readonly reloader: Reloader;
  /** The next install is not done before what this returns is called. */
  holdInstall(): () => void;
  reload(): Promise<RuleReload>;
  /** The rules in force: id, severity and file. */
  inForce(): string[];
}

const briefOf = (rules: readonly Rule[]): string[] =>
  rules.map(({ id, severity, file }) => `${id} ${severity} ${file}`).toSorted();

/** Opens a stage; `onRead` may change the folder before each reading. */
export function stageOf(
  files: Record<string, string | undefined>,
  onRead?: (stage: Stage) => void,
  before: readonly Rule[] = [],
): Stage {
  const filesNow = (): RuleFiles => ({
    files: Object.entries(stage.files).flatMap(([name, text]) => (text === undefined ? [] : { name, text })),
    faults: stage.unread,
  });
  const read = async (): Promise<RuleFiles> => {
    stage.reads++;
    onRead?.(stage);
    return filesNow();
  };
  let held: Promise<void> | undefined;
  const stage: Stage = {
    files,
    unread: [],
    broken: false,
    installed: [],
    told: [],
    reads: 0,
    holdInstall() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    get reloader() {
      return reloader;
    },
    reload: () => reloader.reload(),
    inForce: () => briefOf(reloader.inForce()),
  };
  const reloader = createReloader({
    folder: FOLDER,
    before: () => before,
    first: filesNow(),
    read,
    install: async (rules) => {
      if (stage.broken) throw new Error("the disk is full");
      stage.installed.push(briefOf(rules).join(", "));
      await held;
    },
    told: (reload) => void stage.told.push(reload),
  });
  return stage;
}

/** What a reload tells of which nothing came. */
export const NOTHING = { added: [], changed: [], removed: [], kept: [], faults: [] };
