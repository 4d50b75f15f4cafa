import { describe, expect, test } from "vitest";
import { isPersonalKey } from "../../src/device-kit/index.ts";
import { decode, eventsOf, pseudonym, sharedBytes } from "./support.ts";

describe("frigate", () => {
  test.each([
    ["frigate_events_update.json", "frigate/events", ["John", "Smith", "ABC12345"]],
    ["frigate_reviews_update.json", "frigate/reviews", ["Bob"]],
    ["frigate_tracked_object_update_face.json", "frigate/tracked_object_update", ["John"]],
    ["frigate_tracked_object_update_lpr.json", "frigate/tracked_object_update", ["John's Car", "123ABC"]],
    ["frigate_tracked_object_update_description.json", "frigate/tracked_object_update", ["sedan"]],
    [
      "frigate_tracked_object_update_classification_sublabel.json",
      "frigate/tracked_object_update",
      ["delivery_person"],
    ],
  ])("%s: nothing personal is left", (file, topic, personal) => {
    const payload = sharedBytes(file);
    for (const text of personal) expect(payload.toString()).toContain(text);
    const left = JSON.stringify(eventsOf(decode("frigate", topic, payload)));
    for (const text of personal) expect(left).not.toContain(text);
  });

  test("plates and names come out as pseudonyms, each form of a sub-label the same", () => {
    const plate = {
      type: "lpr",
      id: "1-x",
      camera: "c",
      name: "Zhang San",
      plate: "沪A·12345",
      timestamp: 1772325000,
    };
    const [read] = eventsOf(decode("frigate", "frigate/tracked_object_update", plate));
    expect(read?.attributes).toMatchObject({
      plateHash: pseudonym("沪A12345"),
      nameHash: pseudonym("Zhang San"),
    });
    const after = { id: "1-x", camera: "c", label: "person", false_positive: false };
    const forms = ["Li Si", ["Li Si", 0.7]].map((sub_label) => {
      const [event] = eventsOf(
        decode("frigate", "frigate/events", { type: "new", after: { ...after, sub_label } }),
      );
      return event?.attributes?.["subLabelHash"];
    });
    expect(forms).toEqual([pseudonym("Li Si"), pseudonym("Li Si")]);
  });
});

test("zigbee2mqtt: a keypad's PIN and a lock's user are dropped", () => {
  const keypad = {
    action: "disarm",
    action_code: "4711",
    action_user: 3,
    users: { 1: { pin_code: "2468" } },
  };
  const left = JSON.stringify(eventsOf(decode("zigbee2mqtt", "zigbee2mqtt/keypad", keypad)));
  expect(left).not.toMatch(/4711|2468|user/);
});

describe("native", () => {
  test("personal attributes become <name>Hash", () => {
    const attributes = {
      cardNo: "00BA839D07",
      name: "张三",
      plate: 12345,
      身份证: "310101199001011234",
      method: "card",
      note: "ok",
      cardHash: "kept",
    };
    const [event] = eventsOf(decode("native", "devices/g/events", { code: "access.granted", attributes }));
    expect(event?.attributes).toEqual({
      cardNoHash: pseudonym("00ba839d07"),
      nameHash: pseudonym("张三"),
      plateHash: pseudonym("12345"),
      身份证Hash: pseudonym("310101199001011234"),
      method: "card",
      note: "ok",
      cardHash: "kept",
    });
  });

  test("a broken message's own text does not reach the detail of its dead letter", () => {
    for (const payload of [
      '{"name": Zhang San}',
      '"Zhang San"',
      '{"code":"access.granted","attributes":{"name":["Zhang San"]}}',
    ]) {
      const decoded = decode("native", "devices/g/events", payload);
      expect(decoded.outcome).toBe("undecodable");
      expect(JSON.stringify(decoded)).not.toContain("Zhang");
    }
  });
});

const PERSONAL =
  "name userName personName owner_name cardNo card_no CardID idCard IDNumber UID phone mobileNumber " +
  "plate licensePlate faceId cardHolderName pin email 车牌号 姓名";
const HARMLESS =
  "deviceName friendly_name zone plateColor template interface cardReader faceScore " +
  "ieee_address ipAddress cardHash method fileName pinState deviceUid 门状态";

test.each(PERSONAL.split(" "))("%s is personal", (key) => expect(isPersonalKey(key)).toBe(true));
test.each([...HARMLESS.split(" "), ""])("%s is not personal", (key) =>
  expect(isPersonalKey(key)).toBe(false),
);
