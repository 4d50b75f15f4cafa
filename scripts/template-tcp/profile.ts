import { captured, defineProfile, noTime, text } from "../../src/device-kit/index.ts";

/** What Vendor Model says in frames of the receiver for alarm panels. */
export const vendorModel = defineProfile({
  id: "vendor-model",
  title: { zh: "Vendor Model", en: "Vendor Model" },
  vendor: "Vendor",
  transports: ["tcp"],
  prefix: "vendor-model",
  kind: "panel",
  tier: "bronze",
  messages: [
    {
      path: "{account}",
      // A parser of its own makes an object of the frame, which rules can read; see devices/sia-dc09.
      parse: text,
      device: captured("account"),
      // Or localTime(field("stamp"), "HH:mm:ss,MM-dd-yyyy", "utc"): pattern and zone are always said.
      time: noTime,
      // Every field that can hold a name, a card, a user's number or an address.
      redact: [],
      // What the message means: edge(…), codeTable(…) and the others of docs/add-a-device.md.
      rules: [],
      otherwise: "no_code",
    },
  ],
});
