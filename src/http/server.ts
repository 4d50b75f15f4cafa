import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import rateLimit from "@fastify/rate-limit";
import Fastify, { LogController, type FastifyBaseLogger } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { ZhianError } from "../errors.ts";
import type { Api } from "./api.ts";
import { createGatekeeper, createTokenDesk, type Access } from "./auth.ts";
import { intakeRoutes } from "./intake.ts";
import { createLiveReaders } from "./live.ts";
import { createHttpMeters } from "./metrics.ts";
import { describeRoutes } from "./openapi.ts";
import { DEFAULT_LIMITS, type HttpLimits, type HttpOptions, type HttpParts } from "./parts.ts";
import { answerFrameworkError, installProblems, rawProblem } from "./problems.ts";
import { changeRoutes } from "./routes/changes.ts";
import { reportRoutes } from "./routes/reports.ts";
import { studyRoutes } from "./routes/studies.ts";
import { backupRoutes } from "./routes/backup.ts";
import { caseRoutes } from "./routes/cases.ts";
import { comparisonRoutes } from "./routes/comparisons.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { lineDeadLetterRoutes } from "./routes/line-dead-letters.ts";
import { deviceTestRoutes } from "./routes/device-test.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { estateRoutes } from "./routes/estates.ts";
import { anomalyRoutes } from "./routes/anomalies.ts";
import { badActorRoutes } from "./routes/bad-actors.ts";
import { ledgerRoutes } from "./routes/ledger.ts";
import { modeRoutes } from "./routes/modes.ts";
import { eventRoutes } from "./routes/events.ts";
import { explanationRoutes } from "./routes/explanation.ts";
import { gatewayRoutes } from "./routes/gateways.ts";
import { FILE_TYPES } from "./routes/import-answer.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { liveRoutes } from "./routes/live.ts";
import { operationsRoutes } from "./routes/operations.ts";
import { placeRoutes } from "./routes/places.ts";
import { householdRoutes } from "./routes/households.ts";
import { rateComparisonRoutes } from "./routes/rate-comparison.ts";
import { rateRoutes } from "./routes/rates.ts";
import { referenceRoutes } from "./routes/reference.ts";
import { registryImportRoutes } from "./routes/registry-import.ts";
import { ruleTrialRoutes } from "./routes/rule-trials.ts";
import { ruleRoutes } from "./routes/rules.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { createThrottle } from "./throttle.ts";

/** JSON bodies are small; files have their own limit. */
const JSON_LIMIT = 1024 * 1024;
/** A device id may be as long as a vendor's topic. */
const MAX_PARAM_LENGTH = 1_024;

/** One route and who may call it. */
interface RouteSummary {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** The server before it listens. */
export interface HttpServer {
  readonly app: Api;
  /** Every route it has, HEAD twins left out. */
  readonly routes: readonly RouteSummary[];
  readonly limits: HttpLimits;
  /** First step of a shutdown: new requests are refused, live streams and tests of devices end. */
  drain(): void;
}

/**
 * Wires the server. Every request passes, in this order:
 *
 *   security headers ▸ draining? ▸ throttle ▸ token and role ▸ (intake: gateway, journal, slot) ▸
 *   body ▸ schema ▸ handler (scope) ▸ answer schema
 */
export async function buildServer(parts: HttpParts): Promise<HttpServer> {
  const { store, clock, log, options } = parts;
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const meters = createHttpMeters(parts.metrics);
  const stopping = new AbortController();
  let draining = false;

  const app = createFastify(options, limits, log);
  installProblems(app);
  await app.register(rateLimit, { global: false });
  await describeRoutes(app);

  const desk = createTokenDesk(store, clock, limits.tokenCacheMs);
  const throttle = createThrottle(app, { rateLimit: options.rateLimit, authFailures: limits.authFailures });
  const gatekeeper = createGatekeeper(desk, throttle, () => meters.authFailures.inc({ door: "api" }));
  const readers = createLiveReaders(parts.live, desk, limits, meters, log);

  app.decorateRequest("caller", undefined);
  app.decorateRequest("admission", undefined);
  const routes: RouteSummary[] = [];
  app.addHook("onRoute", ({ url, method, config }) => {
    if (config?.access === undefined) throw new Error(`the route ${url} does not say who may call it`);
    if (method !== "HEAD") routes.push({ method: String(method), url, access: config.access });
  });
  app.addHook("onRequest", async (request, reply) => {
    setSecurityHeaders(reply, options.tls !== undefined);
    const { access } = request.routeOptions.config;
    if (draining && access !== "public" && access !== "partial") {
      throw new ZhianError("UNAVAILABLE", "the hub is stopping");
    }
    await throttle.admit(request, reply, access === "gateway" ? "intake" : "api");
    if (access !== undefined) await gatekeeper(request, reply, access);
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    // Otherwise a connection kept alive would outlast the last answer on it, and the shutdown wait for it.
    if (draining) reply.header("connection", "close");
    return payload;
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    meters.requests.inc({ method: request.method, route, status: reply.statusCode });
    meters.seconds.observe({ route }, reply.elapsedTime / 1_000);
  });

  operationsRoutes(app, parts, limits, () => draining);
  referenceRoutes(app);
  await app.register(
    async (v1: Api) => {
      estateRoutes(v1, parts);
      householdRoutes(v1, parts);
      modeRoutes(v1, parts);
      ledgerRoutes(v1, parts);
      badActorRoutes(v1, parts);
      anomalyRoutes(v1, parts);
      placeRoutes(v1, parts);
      gatewayRoutes(v1, parts);
      deviceRoutes(v1, parts);
      deviceTestRoutes(v1, parts, stopping.signal);
      eventRoutes(v1, parts);
      incidentRoutes(v1, parts);
      explanationRoutes(v1, parts);
      deadLetterRoutes(v1, parts);
      lineDeadLetterRoutes(v1, parts);
      rateRoutes(v1, parts);
      changeRoutes(v1, parts);
      studyRoutes(v1, parts);
      reportRoutes(v1, parts);
      rateComparisonRoutes(v1, parts);
      comparisonRoutes(v1, parts, limits);
      ruleRoutes(v1, parts);
      ruleTrialRoutes(v1, parts);
      backupRoutes(v1, parts);
      tokenRoutes(v1, parts, desk, (tokenId) => readers.endToken(tokenId));
      liveRoutes(v1, readers);
      await v1.register(async (imports: Api) => {
        imports.addContentTypeParser([...FILE_TYPES], { parseAs: "buffer" }, (_request, body, done) => {
          done(null, body);
        });
        caseRoutes(imports, parts);
        registryImportRoutes(imports, parts);
      });
    },
    { prefix: "/v1" },
  );
  await app.register(async (intake: Api) => intakeRoutes(intake, parts, limits, throttle, meters));

  return {
    app,
    routes,
    limits,
    drain() {
      draining = true;
      stopping.abort();
      readers.close();
    },
  };
}

function createFastify(options: HttpOptions, limits: HttpLimits, log: FastifyBaseLogger): Api {
  const timing = {
    // How often Node looks for requests that take too long.
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, limits.requestMs / 4)),
    headersTimeout: limits.requestMs,
  };
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: JSON_LIMIT,
    requestTimeout: limits.requestMs,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler(error, socket) {
      if (socket.writable && error.code !== "ECONNRESET") socket.end(rawProblem(error));
      else socket.destroy();
    },
    ...(options.tls ? { https: { ...readTls(options.tls), ...timing } } : { http: timing }),
  }).withTypeProvider<ZodTypeProvider>();
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  return app;
}

function readTls({ cert, key }: { readonly cert: string; readonly key: string }) {
  return { cert: readPem("http.tls.cert", cert), key: readPem("http.tls.key", key) };
}

function readPem(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ZhianError("VALIDATION", `${field}: cannot read ${file}`, {
      cause: error,
      faults: [{ field, reason: `cannot read ${file}` }],
    });
  }
}
