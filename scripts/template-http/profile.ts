import { captured, defineProfile, json, noTime } from "../../src/device-kit/index.ts";

/** What Vendor Model pushes over HTTP. */
export const vendorModel = defineProfile({
  id: "vendor-model",
  title: { zh: "Vendor Model", en: "Vendor Model" },
  vendor: "Vendor",
  transports: ["http"],
  prefix: "vendor-model",
  kind: "sensor",
  tier: "bronze",
  messages: [
    { path: "{device}/heartbeat", ignore: "heartbeat", device: captured("device") },
    {
      path: "{device}",
      // Or xml(…), xmlOrJson(…), withPictures(…): for a device that sends pictures beside its document.
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
