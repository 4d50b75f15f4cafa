/** The simulated world as the registry file that the hub imports. */
import { stringify } from "yaml";
import type { World } from "./world.ts";

/** YAML with the sections estates, places, gateways and devices; every record is marked simulated. */
export function registryYaml(world: World): string {
  const simulated = true;
  const estates = world.estates.map((estate) => ({
    id: estate.id,
    name: estate.name,
    zone: estate.zone,
    households: estate.households,
    buildings: estate.buildings,
    policeGrid: estate.policeGrid,
    communityGrid: estate.communityGrid,
    installedOn: estate.installedOn,
    commissionedOn: estate.commissionedOn,
    simulated,
  }));
  const places = world.estates.flatMap(({ id: estateId, places: all }) =>
    all.map((place) => ({ estateId, ...place })),
  );
  const gateways = world.estates.map(({ id, gateway }) => ({ ...gateway, estateIds: [id], simulated }));
  const devices = world.estates.flatMap(({ id: estateId, gateway, devices: all }) =>
    all.map((device) => ({
      id: device.id,
      estateId,
      gatewayId: gateway.id,
      profile: device.profile,
      name: device.title,
      kind: device.kind,
      placeId: device.placeId,
      status: "enrolled",
      ...(device.buttonCode === undefined ? {} : { buttonCode: device.buttonCode }),
      simulated,
    })),
  );
  return stringify({ estates, places, gateways, devices });
}
