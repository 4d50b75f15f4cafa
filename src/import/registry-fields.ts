import { z } from "zod";
import type { DeviceKind, PlaceKind } from "../domain/estate.ts";
import { SITE_LIMITS, siteMeaning } from "../domain/site-config.ts";
import { canonicalCode } from "../domain/taxonomy.ts";
import { isId } from "../domain/topic.ts";
import { isZone } from "../domain/zone.ts";
import { readText } from "./cell.ts";
import { plain } from "./columns.ts";
import { readDay } from "./local-time.ts";

/** A cell of a CSV file or a scalar of a YAML file, as text. */
const scalar = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], {
  error: "must be a single value",
});

const REQUIRED = "is missing";

/** A short text that is safe to show and to export. */
const text = (longest: number) =>
  scalar.transform((value, context) => {
    const reading = readText(value, longest);
    if (reading.ok) return reading.text;
    context.addIssue({ code: "custom", message: reading.reason });
    return z.NEVER;
  });

const checked = (test: (value: string) => boolean, message: string, longest = 100) =>
  text(longest).refine(test, message);

const id = checked(
  isId,
  "must be 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit",
);
const zone = checked(isZone, "must be the name of an IANA zone, such as Asia/Shanghai");

const count = (least: number, most: number) =>
  scalar
    .transform((value) =>
      value
        .normalize("NFKC")
        .trim()
        .replace(/(?:户|栋|幢)$/, ""),
    )
    .refine((value) => /^\d{1,9}$/.test(value), "must be a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);

const degrees = (most: number) =>
  scalar
    .transform((value) => value.normalize("NFKC").trim())
    .refine((value) => /^[+-]?\d{1,3}(\.\d{1,12})?$/.test(value), "must be decimal degrees, such as 31.2304")
    .transform(Number)
    .refine((value) => Math.abs(value) <= most, `must be from -${most} to ${most}`);

const day = scalar.transform((value, context) => {
  const found = readDay(value);
  if (found !== undefined) return found;
  context.addIssue({ code: "custom", message: "must be a day that exists, such as 2024-03-01" });
  return z.NEVER;
});

/** One of a few words, each of which may be written in several ways. */
const word = <T extends string>(words: Readonly<Record<T, readonly string[]>>) =>
  scalar.transform((value, context): T => {
    const written = plain(value);
    for (const name of Object.keys(words) as T[]) {
      if ([name, ...words[name]].some((each) => plain(each) === written)) return name;
    }
    context.addIssue({ code: "custom", message: `must be one of ${Object.keys(words).join(", ")}` });
    return z.NEVER;
  });

const flag = word({ true: ["yes", "1", "是", "y"], false: ["no", "0", "否", "n"] }).transform(
  (value) => value === "true",
);

const code = text(60).transform((value, context) => {
  const canonical = canonicalCode(value);
  if (canonical !== undefined) return canonical;
  context.addIssue({ code: "custom", message: `is not a taxonomy code: ${value}` });
  return z.NEVER;
});

/** A vendor's own word or path, taken as it stands. */
const asWritten = (longest: number) =>
  z
    .string()
    .regex(new RegExp(`^\\P{Cc}{1,${longest}}$`, "u"), `must be 1 to ${longest} printable characters`);

/** A table by words of the vendor's. */
const table = <T extends z.ZodType>(value: T) =>
  z
    .record(asWritten(SITE_LIMITS.key), value, {
      error: ({ code: fault }) =>
        fault === "invalid_key"
          ? `must be named by 1 to ${SITE_LIMITS.key} printable characters`
          : "must be a table",
    })
    .refine(
      (members) => Object.keys(members).length <= SITE_LIMITS.entries,
      `must not have more than ${SITE_LIMITS.entries} members`,
    );

const codes = table(
  text(60).transform((value, context) => {
    const meaning = siteMeaning(value);
    if (meaning !== undefined) return meaning;
    context.addIssue({ code: "custom", message: `is neither a taxonomy code nor "ignore": ${value}` });
    return z.NEVER;
  }),
);

const pointConfig = {
  contact: word({ "normally-open": ["常开"], "normally-closed": ["常闭"] }).exactOptional(),
  buttonCode: code.exactOptional(),
  inputCode: code.exactOptional(),
};

const options = z.strictObject(
  {
    codes: codes.exactOptional(),
    fields: table(asWritten(SITE_LIMITS.path)).exactOptional(),
    timeUnit: word({ iso: [], seconds: [], milliseconds: [] }).exactOptional(),
    edition: text(SITE_LIMITS.edition).exactOptional(),
  },
  "must hold codes, fields, timeUnit or edition, and nothing else",
);

const split = (value: unknown): unknown =>
  typeof value === "string"
    ? value
        .split(/[;；|、\n]/)
        .map((item) => item.trim())
        .filter((item) => item !== "")
    : value;

/** `prefix=profile` as cells write it, or an object. */
const binding = z.preprocess(
  (value) => {
    const [, prefix, profile] = (typeof value === "string" && /^([^=]+)=([^=]+)$/.exec(value)) || [];
    return prefix === undefined ? value : { prefix: prefix.trim(), profile: profile?.trim() };
  },
  z.strictObject(
    { prefix: text(200), profile: text(100), options: options.exactOptional() },
    "must be written prefix=profile, or have prefix, profile and options",
  ),
);

const PLACE_WORDS: Readonly<Record<PlaceKind, readonly string[]>> = {
  building: ["楼栋", "楼", "幢", "栋"],
  unit: ["单元"],
  gate: ["大门", "出入口", "门", "门岗"],
  lift: ["电梯", "elevator"],
  lane: ["通道", "道路", "消防通道"],
  room: ["房间", "机房", "室"],
  other: ["其他", "其它"],
};
const DEVICE_WORDS: Readonly<Record<DeviceKind, readonly string[]>> = {
  gate: ["门禁", "大门", "道闸", "闸机"],
  camera: ["摄像机", "摄像头", "监控"],
  sensor: ["传感器", "探测器", "烟感", "门磁"],
  panel: ["报警主机", "主机", "控制器"],
  gateway: ["网关"],
  other: ["其他", "其它"],
};

/** Any text that is one path of a topic to its device; bridged devices have `:` and more in their ids. */
const deviceId = text(256);

/** The fields of one record of each kind, from cells or YAML scalars to what the store takes. */
export const REGISTRY_FIELDS = {
  estate: z
    .object({
      id,
      name: text(200),
      zone: zone.exactOptional(),
      households: count(1, 1_000_000),
      buildings: count(1, 10_000).exactOptional(),
      policeGrid: text(100).exactOptional(),
      communityGrid: text(100).exactOptional(),
      latitude: degrees(90).exactOptional(),
      longitude: degrees(180).exactOptional(),
      installedOn: day.exactOptional(),
      commissionedOn: day.exactOptional(),
      simulated: flag.exactOptional(),
    })
    .refine(
      ({ installedOn, commissionedOn }) =>
        installedOn === undefined || commissionedOn === undefined || commissionedOn >= installedOn,
      { path: ["commissionedOn"], message: "is before the day of installation" },
    ),
  place: z.object({
    id,
    estateId: id,
    name: text(200),
    kind: word(PLACE_WORDS),
    parentId: id.exactOptional(),
  }),
  gateway: z.object({
    id,
    name: text(200),
    estateIds: z.preprocess(split, z.array(id, REQUIRED).min(1, REQUIRED).max(1_000)),
    bindings: z.preprocess(split, z.array(binding).max(50)).exactOptional(),
    simulated: flag.exactOptional(),
  }),
  device: z.object({
    id: deviceId,
    estateId: id,
    gatewayId: id.exactOptional(),
    profile: text(100),
    name: text(200).exactOptional(),
    kind: word(DEVICE_WORDS),
    placeId: id.exactOptional(),
    status: word({ pending: ["待登记", "待确认"], enrolled: ["已登记", "启用"] }).exactOptional(),
    config: z
      .strictObject(
        {
          ...pointConfig,
          zone: zone.exactOptional(),
          points: table(
            z.strictObject(pointConfig, "must hold contact, buttonCode or inputCode, and nothing else"),
          ).exactOptional(),
          codes: codes.exactOptional(),
        },
        "must hold zone, contact, buttonCode, inputCode, points or codes, and nothing else",
      )
      .exactOptional(),
    simulated: flag.exactOptional(),
  }),
} as const;
