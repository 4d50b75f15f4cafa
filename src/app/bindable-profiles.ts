import { profiles } from "../../devices/index.ts";

/** Ids of the profiles that a gateway's binding may name: all that read what bridges and devices send. */
export const bindableProfiles: ReadonlySet<string> = new Set(
  profiles.map(({ id }) => id).filter((id) => id !== "native"),
);
