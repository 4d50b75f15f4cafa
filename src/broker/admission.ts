import type { Socket } from "node:net";
import type { Refusals } from "./refusals.ts";

/** One accepted socket, counted until it is closed. */
export interface Lease {
  readonly address: string;
  /** The client behind it proved who it is; it no longer counts against its address. */
  authenticated(): void;
}

/** Limits how many sockets are open: in all, and per address while they have not authenticated. */
export interface Admission {
  /** Counts a fresh socket in, or destroys it and counts the refusal. */
  enter(socket: Socket): void;
  /** The lease of a socket, or of the TLS socket on top of it; undefined when it is gone already. */
  leaseOf(socket: Socket): Lease | undefined;
  readonly open: () => number;
}

export interface AdmissionParts {
  readonly maxConnections: number;
  readonly unauthenticatedPerAddress: number;
  readonly refusals: Refusals;
}

/** Makes the count of open sockets, shared by all listeners. */
export function createAdmission(parts: AdmissionParts): Admission {
  const { maxConnections, unauthenticatedPerAddress, refusals } = parts;
  const leases = new Map<string, Lease>();
  const strangers = new Map<string, number>();

  function leave(address: string): void {
    const left = (strangers.get(address) ?? 1) - 1;
    if (left > 0) strangers.set(address, left);
    else strangers.delete(address);
  }

  function lease(socket: Socket, key: string, address: string): void {
    let stranger = true;
    const settle = (): void => {
      if (stranger) leave(address);
      stranger = false;
    };
    strangers.set(address, (strangers.get(address) ?? 0) + 1);
    leases.set(key, { address, authenticated: settle });
    socket.once("close", () => {
      settle();
      leases.delete(key);
    });
  }

  return {
    enter(socket) {
      const key = keyOf(socket);
      const address = addressOf(socket);
      if (key === undefined || address === undefined) {
        socket.destroy();
      } else if (leases.size >= maxConnections) {
        refusals.count("connection-limit");
        socket.destroy();
      } else if ((strangers.get(address) ?? 0) >= unauthenticatedPerAddress) {
        refusals.count("address-limit");
        socket.destroy();
      } else {
        lease(socket, key, address);
      }
    },
    leaseOf(socket) {
      const key = keyOf(socket);
      return key === undefined ? undefined : leases.get(key);
    },
    open: () => leases.size,
  };
}

/** A TLS socket has the end points of the socket below it, so both have the same key. */
function keyOf({ localPort, remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${localPort} ${remoteAddress} ${remotePort}`;
}

function addressOf({ remoteAddress }: Socket): string | undefined {
  return remoteAddress?.replace(/^::ffff:/, "");
}
