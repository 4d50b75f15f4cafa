/** A gateway the load publishes as; without a secret it connects anonymously. */
export interface LoadGateway {
  readonly gatewayId: string;
  readonly estateId: string;
  readonly secret?: string | undefined;
}

/** One connection of the load and the topics it publishes to in turn. */
export interface LoadClient {
  readonly clientId: string;
  readonly gateway: LoadGateway;
  readonly topics: readonly string[];
}

/**
 * Deals `connections` out to the gateways in turn, and the devices of each estate to its connections,
 * so that every device is published by one connection only and keeps its order.
 * The first connection of a gateway has the gateway's id as client id, further ones `<id>.<n>`.
 */
export function spread(
  gateways: readonly LoadGateway[],
  connections: number,
  devicesPerEstate: number,
): readonly LoadClient[] {
  if (gateways.length === 0) throw new RangeError("gateways must name at least one");
  const seats = Array.from({ length: connections }, (_, n) => ({
    gateway: gateways[n % gateways.length] as LoadGateway,
    round: Math.floor(n / gateways.length),
  }));
  const byEstate = Map.groupBy(seats, ({ gateway }) => gateway.estateId);
  return seats.map((seat) => {
    const { gateway, round } = seat;
    const peers = byEstate.get(gateway.estateId) ?? [];
    const place = peers.indexOf(seat);
    const devices = Array.from({ length: devicesPerEstate }, (_, n) => n).filter(
      (n) => n % peers.length === place % devicesPerEstate,
    );
    return {
      clientId: round === 0 ? gateway.gatewayId : `${gateway.gatewayId}.${round}`,
      gateway,
      topics: devices.map((n) => `estates/${gateway.estateId}/devices/load-${n}/events`),
    };
  });
}

/** Gateways without credentials, `perEstate` in each of `estates`: for servers that ask for none. */
export function anonymousGateways(estates: number, perEstate: number): readonly LoadGateway[] {
  return Array.from({ length: estates * perEstate }, (_, n) => ({
    gatewayId: `load-gateway-${n}`,
    estateId: `load-estate-${n % estates}`,
  }));
}
