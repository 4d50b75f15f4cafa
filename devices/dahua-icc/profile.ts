import {
  constant,
  defineProfile,
  edge,
  epochSeconds,
  equals,
  exists,
  field,
  first,
  firstOf,
  flag,
  ignored,
  localTime,
  lookup,
  noTime,
  oneOf,
  phaseTable,
  pseudonym,
  siteCode,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { iccMessage } from "./parser.ts";

const method = field("method");
/** The platform sends numbers with and without quotes. */
const alarmTime = epochSeconds(field("info.alarmDate"));
/** An alarm whose end never comes must not hide the next one. */
const EXPIRES_AFTER = 60;

const callback = (path: string): MessageSpec => ({
  path,
  parse: iccMessage,
  device: field("device"),
  time: noTime,
  attributes: { deviceName: field("info.deviceName"), channelName: field("info.channelName") },
  redact: [
    { path: "info.carNum", how: "hashed", what: "plate, as plateHash" },
    { path: "info.extend.personCode", how: "hashed", what: "person who opened, as personHash" },
    { path: "info.extend.cardNumber", how: "hashed", what: "card number, as cardHash" },
    { path: "info.extend.personName", how: "dropped", what: "name of the person who opened" },
    { path: "info.extend.paperNumber", how: "dropped", what: "identity card number" },
    { path: "info.extend.recordImage1", how: "dropped", what: "picture of the person" },
    { path: "info.visitorName", how: "dropped", what: "name of a visitor" },
    { path: "info.picture", how: "dropped", what: "picture of the alarm" },
    { path: "info.alarmPicture", how: "dropped", what: "picture of the alarm" },
    { path: "info.carImgUrl", how: "dropped", what: "picture of the vehicle" },
    { path: "info.carNumPic", how: "dropped", what: "picture of the plate" },
    { path: "info.handleUser", how: "dropped", what: "operator of the platform" },
    { path: "info.handleMessage", how: "dropped", what: "free text of the operator" },
  ],
  rules: [
    first(
      // An opening is an alarm type in this platform.
      edge({
        when: [equals(method, "alarm.msg"), oneOf(field("info.alarmType"), 51, "51", 61, "61")],
        code: "access.granted",
        phase: "pulse",
        point: field("channel"),
        time: alarmTime,
        key: [field("info.alarmCode")],
        keyTime: alarmTime,
        attributes: {
          method: lookup(field("info.alarmType"), { 51: "card", 61: "face" }),
          cardHash: pseudonym(field("info.extend.cardNumber")),
          personHash: pseudonym(field("info.extend.personCode")),
        },
      }),
      edge({
        when: [equals(method, "alarm.msg")],
        code: siteCode(field("info.alarmType"), {}),
        phase: phaseTable(
          firstOf(field("info.alarmStat"), constant("none")),
          { 1: "raise", 2: "clear" },
          "pulse",
        ),
        point: field("channel"),
        property: field("info.alarmType"),
        time: alarmTime,
        key: [field("info.alarmCode"), field("info.alarmStat")],
        keyTime: alarmTime,
        expiresAfter: EXPIRES_AFTER,
        attributes: { alarmType: field("info.alarmType"), alarmGrade: field("info.alarmGrade") },
      }),
      edge({
        when: [equals(method, "car.capture"), exists(field("info.carNum"))],
        code: "info.plate_read",
        phase: "pulse",
        point: field("channel"),
        time: localTime(field("info.capTime"), "yyyy-MM-dd HH:mm:ss", "device"),
        attributes: {
          plateHash: pseudonym(field("info.carNum")),
          direction: lookup(field("info.carDirect"), { 8: "entry", 9: "exit" }),
        },
      }),
      flag({
        when: [equals(field("category"), "state")],
        of: field("info.status"),
        property: constant("status"),
        on: [0, "0"],
        off: [1, "1"],
        whenOn: { code: "device.offline", phase: "raise" },
        whenOff: { code: "device.offline", phase: "clear" },
        point: field("channel"),
        time: localTime(field("info.updateTime"), "yyyy-MM-dd HH:mm:ss.SSS", "device"),
      }),
      ignored("false_positive", equals(method, "vms.handleAlarm"), oneOf(field("info.handleStat"), 3, "3")),
      // What an operator does to an alarm, its picture, and the stay of a car whose plate was read before.
      ignored("enrichment", oneOf(method, "vms.handleAlarm", "vms.notifyAlarmPicture", "car.access")),
    ),
  ],
  otherwise: "no_code",
});

/**
 * Dahua ICC, the vendor's platform: callbacks of an event subscription. Which alarm type means what, the
 * platform's dictionary and so the installation knows.
 */
export const dahuaIcc = defineProfile({
  id: "dahua-icc",
  title: { zh: "大华 ICC 平台", en: "Dahua ICC platform" },
  vendor: "Dahua",
  transports: ["http", "mqtt"],
  prefix: "dahua-icc",
  kind: "other",
  tier: "bronze",
  messages: [callback(""), callback("{rest...}")],
});
