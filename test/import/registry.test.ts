import { describe, expect, test } from "vitest";
import type { RegistryImportRequest } from "../../src/ports.ts";
import { createImporter } from "../../src/import/importer.ts";
import { file, NOW, PROFILES } from "./case-file.ts";
import { createStoreDouble } from "./store-double.ts";

type Kind = NonNullable<RegistryImportRequest["kind"]>;

async function run(bytes: Uint8Array, more: Partial<RegistryImportRequest>) {
  const { store, registryCalls } = createStoreDouble();
  const importer = createImporter({
    store,
    clock: { now: () => NOW },
    zone: "Asia/Urumqi",
    bindableProfiles: PROFILES,
  });
  const outcome = await importer.importRegistry(bytes, { scope: undefined, format: "csv", ...more });
  return { outcome, records: registryCalls.flat() };
}
const csv = (kind: Kind, ...lines: readonly string[]) => run(file(...lines), { kind });
const yaml = (text: string, more: Partial<RegistryImportRequest> = {}) =>
  run(Buffer.from(text), { format: "yaml", ...more });

describe("CSV", () => {
  test("estates, zh headers, with everything a rate needs", async () => {
    const { records, outcome } = await csv(
      "estate",
      "小区编号,小区名称,户数,楼栋数,警务网格,社区网格,启用日期,验收日期,时区,联系人",
      "tx-3,桃溪三村,1280户,24,翠苑-3,文一-12,2024/3/1,2024-03-15,Asia/Shanghai,王五",
      "tx-4,桃溪四村,300,,,,,,,李四",
    );
    expect(records).toEqual([
      {
        kind: "estate",
        value: {
          id: "tx-3",
          name: "桃溪三村",
          zone: "Asia/Shanghai",
          households: 1280,
          buildings: 24,
          policeGrid: "翠苑-3",
          communityGrid: "文一-12",
          installedOn: "2024-03-01",
          commissionedOn: "2024-03-15",
          simulated: false,
        },
      },
      {
        kind: "estate",
        value: { id: "tx-4", name: "桃溪四村", zone: "Asia/Urumqi", households: 300, simulated: false },
      },
    ]);
    expect(outcome.ignoredColumns).toEqual([{ name: "联系人", personal: true }]);
  });

  test("where estates lie: decimal degrees, and nothing else", async () => {
    const { records, outcome } = await run(
      file(
        "编号,名称,户数,纬度,经度",
        "a,A,10,31.2304,121.4737",
        "b,B,10,,",
        "c,C,10,31°13′,121.4737",
        "d,D,10,121.4737,31.2304",
      ),
      { kind: "estate", skipRefused: true },
    );
    expect(records.map(({ value }) => value)).toMatchObject([{ latitude: 31.2304, longitude: 121.4737 }, {}]);
    expect(records[1]?.value).not.toHaveProperty("latitude");
    expect(outcome.refused.map(({ line, field }) => [line, field])).toEqual([
      [4, "纬度"],
      [5, "纬度"],
    ]);
  });

  test("estates, en headers", async () => {
    const { records } = await csv(
      "estate",
      "id,name,households,Installed On,police_grid,simulated",
      "a,A,10,2024-03-01,g-1,yes",
    );
    expect(records[0]?.value).toMatchObject({
      installedOn: "2024-03-01",
      policeGrid: "g-1",
      simulated: true,
    });
  });

  test("places come after their parents, whatever their order in the file", async () => {
    const { records } = await csv(
      "place",
      "位置编号,小区编号,位置名称,位置类型,上级位置",
      "u1-l,xf,1单元电梯,电梯,u1",
      "u1,xf,1单元,单元,b1",
      "g,xf,南门,大门,",
    );
    expect(records.map(({ value }) => value.id)).toEqual(["u1", "g", "u1-l"]);
    expect(records[2]?.value).toEqual({
      id: "u1-l",
      estateId: "xf",
      name: "1单元电梯",
      kind: "lift",
      parentId: "u1",
    });
  });

  test("gateways with several estates and bindings", async () => {
    const { records } = await csv(
      "gateway",
      "网关编号,网关名称,小区编号,前缀绑定",
      "gw-9,平台,xf; hp-1|ber,zigbee=zigbee2mqtt;cctv=frigate",
      "gw-8,单,xf,",
    );
    expect(records.map(({ value }) => value)).toEqual([
      {
        id: "gw-9",
        name: "平台",
        estateIds: ["xf", "hp-1", "ber"],
        bindings: [
          { prefix: "zigbee", profile: "zigbee2mqtt" },
          { prefix: "cctv", profile: "frigate" },
        ],
        simulated: false,
      },
      { id: "gw-8", name: "单", estateIds: ["xf"], bindings: [], simulated: false },
    ]);
  });

  test("devices with their overrides", async () => {
    const { records } = await csv(
      "device",
      "设备编号,小区编号,所属网关,设备型号,设备名称,设备类型,位置编号,触点,按钮含义,时区",
      "gw-1:zigbee2mqtt:front door,xf,gw-1,zigbee2mqtt,南门门磁,门禁,b1,常闭,sos.panic,UTC",
      "cam-1,xf,,native,,摄像头,,,,",
    );
    expect(records.map(({ value }) => value)).toEqual([
      {
        id: "gw-1:zigbee2mqtt:front door",
        estateId: "xf",
        gatewayId: "gw-1",
        profile: "zigbee2mqtt",
        name: "南门门磁",
        kind: "gate",
        placeId: "b1",
        status: "enrolled",
        config: { zone: "UTC", contact: "normally-closed", buttonCode: "life.sos" },
        simulated: false,
      },
      {
        id: "cam-1",
        estateId: "xf",
        profile: "native",
        name: "cam-1",
        kind: "camera",
        status: "enrolled",
        config: {},
        simulated: false,
      },
    ]);
  });

  test.each<[Kind, string, string, string]>([
    ["estate", "编号,名称,户数", "a b,甲,10", "编号: must be 1 to 64 letters"],
    ["estate", "编号,名称,户数", "a,甲,", "户数: is missing"],
    ["estate", "编号,名称,户数", "a,甲,0", "户数: must be from 1"],
    ["estate", "编号,名称,户数", "a,甲,多", "户数: must be a whole number"],
    ["estate", "编号,名称,户数", "a,=甲,10", "名称: looks like a spreadsheet formula"],
    ["estate", "编号,名称", "a,甲", "households: is missing"],
    ["estate", "编号,名称,户数,时区", "a,甲,10,8", "时区: must be the name of an IANA zone"],
    ["estate", "编号,名称,户数,启用日期", "a,甲,10,2024-02-30", "启用日期: must be a day that exists"],
    [
      "estate",
      "编号,名称,户数,启用日期,验收日期",
      "a,甲,10,2024-03-01,2024-02-01",
      "验收日期: is before the day of installation",
    ],
    ["place", "编号,小区编号,名称,类型", "p,xf,甲,船", "类型: must be one of building"],
    ["place", "编号,小区编号,名称,类型", "p,xx,甲,楼栋", '小区编号: there is no estate "xx"'],
    ["place", "编号,小区编号,名称,类型,上级位置", "p,xf,甲,楼栋,p", '上级位置: there is no place "p"'],
    ["place", "编号,小区编号,名称,类型,上级位置", "p,ber,甲,楼栋,b1", '上级位置: there is no place "b1"'],
    ["gateway", "编号,名称,小区编号", "g,甲,xf;xx", '小区编号: there is no estate "xx"'],
    ["gateway", "编号,名称,小区编号", "g,甲,", "小区编号: is missing"],
    ["gateway", "编号,名称,小区编号,前缀绑定", "g,甲,xf,zigbee", "must be written prefix=profile"],
    [
      "device",
      "编号,小区编号,型号,类型,网关编号",
      "d,xf,native,门禁,gw-2",
      '网关编号: there is no gateway "gw-2"',
    ],
    ["device", "编号,小区编号,型号,类型,位置编号", "d,xf,native,门禁,b9", '位置编号: there is no place "b9"'],
    [
      "device",
      "编号,小区编号,型号,类型,按钮含义",
      "d,xf,native,门禁,sos",
      "按钮含义: is not a taxonomy code",
    ],
    ["device", "编号,小区编号,型号,类型,触点", "d,xf,native,门禁,开", "触点: must be one of normally-open"],
  ])("%s %s %s", async (kind, header, row, expected) => {
    const { outcome, records } = await csv(kind, header, row);
    expect(outcome.refused.map(({ field, reason }) => `${field}: ${reason}`)).toEqual([
      expect.stringContaining(expected),
    ]);
    expect(outcome).toMatchObject({ stored: false, accepted: 0, refusedRows: 1 });
    expect(records).toEqual([]);
  });

  test("the same record twice is refused at both lines", async () => {
    const { outcome } = await csv("estate", "编号,名称,户数", "a,甲,10", "b,乙,10", "a,丙,10");
    expect(outcome.refused).toEqual([
      { line: 2, field: "编号", reason: "is the same estate as line 4" },
      { line: 4, field: "编号", reason: "is the same estate as line 2" },
    ]);
    expect(outcome.accepted).toBe(1);
  });

  test("a file of something else says what was expected", async () => {
    const { outcome } = await csv("estate", "foo,bar", "1,2");
    expect(outcome.refused).toEqual([
      { line: 1, field: "file", reason: expect.stringContaining("known are 小区编号") },
    ]);
  });

  test("a CSV file without a kind, and a caller with a scope, are refused requests", async () => {
    await expect(run(file("a", "b"), {})).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(run(file("a", "b"), { kind: "estate", scope: ["xf"] })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});

describe("YAML", () => {
  const WHOLE = `# one estate with all that is in it
estates:
  - id: tx-3
    name: 桃溪三村
    households: 1280
    installedOn: 2024-03-01
places:
  - { id: b1, estateId: tx-3, name: 1幢, kind: building }
  - { id: b1-l, estateId: tx-3, name: 电梯, kind: lift, parentId: b1 }
gateways:
  - id: gw-tx
    name: 桃溪网关
    estateIds: [tx-3]
    bindings:
      - { prefix: zigbee, profile: zigbee2mqtt }
devices:
  - id: d1
    estateId: tx-3
    gatewayId: gw-tx
    profile: native
    kind: sensor
    placeId: b1-l
    config: { contact: normally-open, inputCode: fire.alarm }
`;

  test("sections may refer to each other", async () => {
    const { records, outcome } = await yaml(WHOLE, { simulated: true });
    expect(outcome).toMatchObject({ stored: true, rows: 5, accepted: 5, refused: [] });
    expect(records.map(({ kind }) => kind)).toEqual(["estate", "gateway", "place", "place", "device"]);
    expect(records.at(-1)?.value).toMatchObject({
      config: { contact: "normally-open", inputCode: "fire.alarm" },
      simulated: true,
    });
  });

  test("an item that is refused takes those with it that need it, and no other", async () => {
    const text = `${WHOLE.replace("households: 1280", "households: many")}  - { id: d2, estateId: xf, profile: native, kind: camera }\n`;
    const { outcome, records } = await yaml(text, { skipRefused: true });
    expect(records.map(({ value }) => value.id)).toEqual(["d2"]);
    expect(outcome.refused.map(({ line, field }) => `${line} ${field}`)).toEqual([
      "3 households",
      "8 estateId",
      "9 estateId",
      "11 estateIds",
      "17 estateId",
    ]);
  });

  const DEVICE = (config: string): string =>
    `devices:\n  - { id: d, estateId: xf, profile: native, kind: panel, config: ${config} }\n`;
  const GATEWAY = (binding: string): string =>
    `gateways:\n  - { id: g, name: 甲, estateIds: [xf], bindings: [${binding}] }\n`;

  test("points, codes and options are stored as they will be read", async () => {
    const { records, outcome } = await yaml(
      DEVICE(
        "{ inputCode: sos.panic, points: { 3: { contact: 常闭, inputCode: fire.alarm }, 大门: { buttonCode: life.sos } }, codes: { 17: fire.smoke, zone fault: ignore, Ａ: sos.panic } }",
      ) +
        GATEWAY(
          '{ prefix: park, profile: frigate, options: { codes: { x: ignore }, fields: { device: "@id" }, timeUnit: seconds, edition: 2016 } }, zigbee = zigbee2mqtt',
        ),
    );
    expect(outcome.refused).toEqual([]);
    expect(records[0]?.value).toMatchObject({
      bindings: [
        {
          prefix: "park",
          profile: "frigate",
          options: {
            codes: { x: "ignore" },
            fields: { device: "@id" },
            timeUnit: "seconds",
            edition: "2016",
          },
        },
        { prefix: "zigbee", profile: "zigbee2mqtt" },
      ],
    });
    expect(records[1]?.value).toMatchObject({
      config: {
        inputCode: "life.sos",
        points: {
          3: { contact: "normally-closed", inputCode: "fire.alarm" },
          大门: { buttonCode: "life.sos" },
        },
        // The vendor's word stays as it is; what it means is levelled.
        codes: { 17: "fire.smoke", "zone fault": "ignore", Ａ: "life.sos" },
      },
    });
  });

  const most = (count: number): string =>
    DEVICE(`{ codes: { ${Array.from({ length: count }, (_, at) => `w${at}: ignore`).join(", ")} } }`);

  test("a table of 500 is taken", async () => {
    expect((await yaml(most(500))).outcome.refused).toEqual([]);
  });

  test.each([
    [DEVICE("{ codes: { a: fire.dragon } }"), 'config.codes.a: is neither a taxonomy code nor "ignore"'],
    [DEVICE("{ codes: [fire.smoke] }"), "config.codes: must be a table"],
    [DEVICE(`{ codes: { ${"x".repeat(129)}: ignore } }`), "must be named by 1 to 128 printable characters"],
    [DEVICE('{ codes: { "": ignore } }'), "must be named by 1 to 128 printable characters"],
    [DEVICE('{ codes: { "a\\u0000": ignore } }'), "must be named by 1 to 128 printable characters"],
    [most(501), "config.codes: must not have more than 500 members"],
    [DEVICE("{ inputCode: ignore }"), "config.inputCode: is not a taxonomy code"],
    [DEVICE("{ buttonCode: fire.dragon }"), "config.buttonCode: is not a taxonomy code"],
    [
      DEVICE("{ points: { 1: { inputCode: no.such } } }"),
      "config.points.1.inputCode: is not a taxonomy code",
    ],
    [
      DEVICE("{ points: { 1: { zone: UTC } } }"),
      "config.points.1: must hold contact, buttonCode or inputCode",
    ],
    [
      DEVICE("{ points: { 1: { contact: sideways } } }"),
      "config.points.1.contact: must be one of normally-open",
    ],
    [GATEWAY("{ prefix: a, profile: frigate, options: { foo: 1 } }"), "options: must hold codes, fields"],
    [
      GATEWAY("{ prefix: a, profile: frigate, options: { codes: { x: nope } } }"),
      "bindings.0.options.codes.x: is neither a taxonomy code",
    ],
    [
      GATEWAY("{ prefix: a, profile: frigate, options: { timeUnit: hours } }"),
      "bindings.0.options.timeUnit: must be one of iso, seconds, milliseconds",
    ],
    [GATEWAY("{ prefix: a, profile: frigat }"), 'bindings: there is no profile "frigat"'],
    [GATEWAY("cctv=frigat"), 'bindings: there is no profile "frigat"'],
    [GATEWAY("{ prefix: a }"), "bindings.0.profile: is missing"],
  ])("%j is refused", async (text, expected) => {
    const { outcome, records } = await yaml(text);
    const [first] = outcome.refused;
    expect(`${first?.field}: ${first?.reason}`).toContain(expected);
    expect(records).toEqual([]);
  });

  test.each([
    [
      "estates:\n  - { id: a, name: 甲, households: 10, colour: red }\n",
      "2 colour: is not one of the fields of estates",
    ],
    ["houses: []\n", "1 houses: is not a section"],
    ["estates: 5\n", "1 estates: must be a list"],
    ["estates:\n  - 5\n", "2 estates: must be a mapping"],
    ["estates:\n  - { id: [a], name: 甲, households: 10 }\n", "2 id: must be a single value"],
    [
      "devices:\n  - { id: d, estateId: xf, profile: n, kind: gate, config: { foo: 1 } }\n",
      "2 config: must hold zone",
    ],
    [
      "devices:\n  - { id: d, estateId: xf, profile: n, kind: gate, config: on }\n",
      "2 config: must hold zone",
    ],
    ["estates: []\n", "1 file: the file has no records"],
    ["just text", "1 file: the file needs sections"],
    ["", "1 file: the file needs sections"],
    ["estates: [\n", "file:"],
    ["estates: &a [*a]\n", "1 estates: must be a mapping"],
  ])("%j", async (text, expected) => {
    const { outcome, records } = await yaml(text);
    const [first] = outcome.refused;
    expect(`${first?.line} ${first?.field}: ${first?.reason}`).toContain(expected);
    expect(records).toEqual([]);
  });

  test("an alias bomb is refused, not unfolded", async () => {
    const levels = Array.from({ length: 9 }, (_, index) =>
      index === 0 ? "  - &l0 { id: a }" : `  - &l${index} { x: [${`*l${index - 1}, `.repeat(9)}] }`,
    );
    const { outcome } = await yaml(`estates:\n${levels.join("\n")}\n`);
    expect(outcome.stored).toBe(false);
    expect(outcome.refusedRows).toBe(9);
  });
});
