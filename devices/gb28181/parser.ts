import { xml, type Parser, isFields, type Fields } from "../../src/device-kit/index.ts";

/** One item of a catalogue is a list too. */
const document = xml("Item");
const ROOT = /<(Notify|Response|Query|Control)[\s>]/;

/**
 * A MANSCDP document. The body has the elements of the root, its name as `root`, and of an alarm
 * `alarms`: one entry for each of its methods, `kind` being method and type as `5/6`. `edition` is 2011
 * where the binding says so.
 */
export const manscdp: Parser = {
  format: "xml (MANSCDP)",
  parse(payload, input, captures) {
    const parsed = document.parse(payload, input, captures);
    if (parsed.fault !== undefined) return parsed;
    const head = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, 1_024));
    const root = ROOT.exec(head.toString("latin1"))?.[1];
    if (root === undefined || !isFields(parsed.body)) {
      return { fault: "schema", detail: "not a MANSCDP document" };
    }
    const info = infoOf(parsed.body);
    const param = info["AlarmTypeParam"];
    return {
      body: {
        ...parsed.body,
        root,
        edition: input.options.edition === "2011" ? "2011" : "2016",
        eventType: isFields(param) ? param["EventType"] : undefined,
        alarms: kindsOf(parsed.body["AlarmMethod"], info["AlarmType"]).map((kind) => ({ kind })),
      },
    };
  },
};

/** Several methods stand as digits in a row, or with `/` between them. */
function kindsOf(methods: unknown, type: unknown): readonly string[] {
  if (typeof methods !== "string" || !/^[1-7/,\s]{1,20}$/.test(methods)) return [];
  const typed = typeof type === "string" && /^\d{1,3}$/.test(type) && Number(type) > 0;
  return [...new Set(methods.match(/[1-7]/g) ?? [])].map((method) =>
    // Only these methods have types.
    typed && "256".includes(method) ? `${method}/${Number(type)}` : method,
  );
}

/** The standard's examples write `Info`, devices also `info`, and some send one empty and one filled. */
function infoOf({ Info, info }: Fields): Fields {
  const all = [Info, info].flat().filter(isFields);
  return all.find(({ AlarmType }) => AlarmType !== undefined) ?? all[0] ?? {};
}
