import { CALLS } from "./calls.ts";
import { CliFailure } from "./failure.ts";
import { list, type Session } from "./session.ts";
import type { Row } from "./table.ts";

/** Devices looked through for an id; with more, the estate has to be said. */
const MOST = 10_000;

/** A device by its id, in the estate if one is said, else in the only one that has it. Throws when there is none. */
export async function findDevice(
  session: Session,
  deviceId: string,
  estateId: string | undefined,
): Promise<Row> {
  if (estateId !== undefined) {
    return session.client.call(CALLS.showDevice, { params: { estateId, deviceId } });
  }
  const quiet = { ...session, remark: () => undefined };
  const devices = await list(quiet, CALLS.listDevices, {}, MOST);
  const [found, ...others] = devices.filter(({ id }) => id === deviceId);
  if (!found) {
    const hint =
      devices.length < MOST
        ? "`zhian device list` shows those that were heard of"
        : `not among the first ${MOST}; say its --estate`;
    throw new CliFailure(`there is no device ${deviceId}: ${hint}`);
  }
  if (others.length > 0) {
    const estates = [found, ...others].map((device) => String(device["estateId"]));
    throw new CliFailure(
      `${estates.length} estates have a device ${deviceId}: say --estate ${estates.join(" or ")}`,
    );
  }
  return found;
}
