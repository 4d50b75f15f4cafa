import {
  defineProfile,
  epochMilliseconds,
  exists,
  field,
  firstTime,
  ignored,
  isoTime,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { eventRule, presenceRules, propertyRule } from "../jetlinks/thing-model.ts";
import { thingMessage } from "./parse-message.ts";

const message = (path: string): MessageSpec => ({
  path,
  parse: thingMessage,
  device: field("device"),
  time: firstTime(isoTime(field("utcTime"), "utc"), epochMilliseconds(field("time"))),
  // The parser leaves a device's address behind.
  redact: [{ path: "name", how: "harmless", what: "name of the event in the thing model" }],
  rules: [...presenceRules, propertyRule, eventRule, ignored("metadata", exists(field("other")))],
  otherwise: "telemetry",
});

/**
 * Alibaba Cloud IoT Platform: presence, properties and events of things, forwarded by a rule or an AMQP
 * consumer. What an event or a property means, the installation says by its identifier.
 */
export const aliyunIot = defineProfile({
  id: "aliyun-iot",
  title: { zh: "阿里云物联网平台", en: "Alibaba Cloud IoT Platform" },
  vendor: "Alibaba Cloud",
  transports: ["mqtt", "http"],
  prefix: "aliyun",
  kind: "sensor",
  tier: "bronze",
  messages: [
    { path: "sys/{product}/{device}/thing/service/{rest...}", ignore: "command" },
    message("sys/{product}/{device}/thing/{rest...}"),
    message("{product}/{device}/thing/{rest...}"),
    message("as/mqtt/status/{product}/{device}"),
    message(""),
    message("{rest...}"),
  ],
});
