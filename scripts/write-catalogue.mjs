/** Writes docs/devices.md from the profiles. */
import { writeFileSync } from "node:fs";
import { catalogue } from "../devices/catalogue.ts";
import { profiles } from "../devices/index.ts";

writeFileSync(new URL("../docs/devices.md", import.meta.url), catalogue(profiles));
