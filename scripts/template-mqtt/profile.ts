import { captured, defineProfile, json, noTime } from "../../src/device-kit/index.ts";

/** What Vendor Model says over MQTT. */
export const vendorModel = defineProfile({
  id: "vendor-model",
  title: { zh: "Vendor Model", en: "Vendor Model" },
  vendor: "Vendor",
  transports: ["mqtt"],
  prefix: "vendor-model",
  kind: "sensor",
  tier: "bronze",
  messages: [
    // What others send to the device.
    { path: "{device}/set", ignore: "command" },
    {
      path: "{device}/state",
      parse: json,
      device: captured("device"),
      // Or epochSeconds(field("ts")), isoTime(…), localTime(…): unit and zone are always said.
      time: noTime,
      // Every field that can hold a name, a card, a plate, a face, an address or a picture.
      redact: [],
      // What the message means: contact(…), flag(…), edge(…) and the others of docs/add-a-device.md.
      rules: [],
      otherwise: "telemetry",
    },
  ],
});
