/** Estates of the load. */
export const ESTATES = 25;
/** Gateways in each; every one is a connection. */
export const GATEWAYS_PER_ESTATE = 8;
export const CONNECTIONS = ESTATES * GATEWAYS_PER_ESTATE;
/** Devices an estate has in the load. */
export const DEVICES_PER_ESTATE = 40;
/** Bytes of a message's payload. */
export const PAYLOAD_BYTES = 300;
