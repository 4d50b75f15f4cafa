import { ZhianError } from "../errors.ts";
import type { HttpParts } from "./parts.ts";
import { buildServer, type HttpServer } from "./server.ts";

export type { HealthReport, HttpLimits, HttpOptions, HttpParts } from "./parts.ts";

/** The hub's HTTP side: API, live feed, intake, health, reference. */
export interface Http {
  /** Starts listening and tells on which port. Rejects when the port is taken or a certificate is faulty. */
  listen(): Promise<{ readonly port: number }>;
  /** Refuses new requests, ends live streams, waits for requests at work up to `closeMs`, then closes all. */
  close(): Promise<void>;
}

/** Makes the HTTP side from its parts; nothing happens before `listen`. */
export function createHttp(parts: HttpParts): Http {
  let server: HttpServer | undefined;
  return {
    async listen() {
      if (server) throw new ZhianError("CONFLICT", "the HTTP server listens already");
      server = await buildServer(parts);
      const { host, port } = parts.options;
      await server.app.listen({ host, port });
      const [address] = server.app.addresses();
      return { port: typeof address === "object" ? address.port : port };
    },
    async close() {
      if (!server) return;
      const { app, limits } = server;
      server.drain();
      const impatient = setTimeout(() => app.server.closeAllConnections(), limits.closeMs);
      try {
        await app.close();
      } finally {
        clearTimeout(impatient);
      }
    },
  };
}
