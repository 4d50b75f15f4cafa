import { z } from "zod";
import type { Device, DeviceKind } from "../../domain/estate.ts";
import { ZhianError } from "../../errors.ts";
import type { Scope } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { foreignId, id, instant, name, nothing, pageOf, pageQuery } from "../fields.ts";
import { merged } from "../merge-patch.ts";
import type { HttpParts } from "../parts.ts";
import { covers, visible, visibleEstate } from "../scope.ts";
import { deviceConfig, deviceConfigAnswer } from "../site-config.ts";
import { estatePath, refuseExisting } from "./estates.ts";

const KINDS = [
  "gate",
  "camera",
  "sensor",
  "panel",
  "gateway",
  "other",
] as const satisfies readonly DeviceKind[];
const STATUSES = ["pending", "enrolled"] as const;

const deviceSchema = z.object({
  id: z.string(),
  estateId: z.string(),
  gatewayId: z.string().optional(),
  profile: z.string(),
  name: z.string(),
  kind: z.enum(KINDS),
  placeId: z.string().optional(),
  status: z.enum(STATUSES).meta({ description: "pending: its events are kept, nobody has enrolled it yet" }),
  config: deviceConfigAnswer,
  simulated: z.boolean(),
  firstSeen: instant.optional(),
  lastSeen: instant.optional(),
  confirmedAt: instant
    .optional()
    .meta({ description: "When a real event of it was last confirmed from end to end" }),
  skewMs: z.number().optional().meta({ description: "Hub time minus device time" }),
});

const config = deviceConfig.meta({
  description: "Overrides of how this device's messages are read; replaces what stood there",
});

const newDevice = z.strictObject({
  id: foreignId,
  name,
  kind: z.enum(KINDS),
  profile: z.string().min(1).max(100).default("native"),
  gatewayId: id.exactOptional(),
  placeId: id.exactOptional(),
  config: config.default({}),
  simulated: z.boolean().default(false),
});
const enrolment = z.strictObject({ name, kind: z.enum(KINDS), placeId: id, config }).partial();
const deviceChange = z.strictObject({ name, kind: z.enum(KINDS), placeId: id.nullable(), config }).partial();
const devicePath = estatePath.extend({ deviceId: foreignId });

/** Devices: list with the pending ones, read, create, enrol, change, delete. */
export function deviceRoutes(app: Api, { store, registryChanged }: HttpParts): void {
  const visibleDevice = (scope: Scope, estateId: string, deviceId: string): Promise<Device> =>
    visible(`device ${deviceId} in estate ${estateId}`, store.device(estateId, deviceId), (device) =>
      covers(scope, device.estateId),
    );
  async function put(device: Device): Promise<Device> {
    if (device.placeId !== undefined) {
      const places = await store.places(device.estateId);
      if (!places.some((place) => place.id === device.placeId)) {
        throw new ZhianError("VALIDATION", "the request is not valid", {
          faults: [{ field: "placeId", reason: `estate ${device.estateId} has no place ${device.placeId}` }],
        });
      }
    }
    const { firstSeen: _first, lastSeen: _last, confirmedAt: _confirmed, skewMs: _skew, ...given } = device;
    await store.putDevice(given);
    await registryChanged();
    return store.device(device.estateId, device.id);
  }

  app.route({
    method: "GET",
    url: "/devices",
    config: { access: READERS },
    schema: {
      operationId: "listDevices",
      summary: "Devices, pending ones included",
      tags: ["devices"],
      querystring: pageQuery.extend({
        estateId: id.exactOptional(),
        status: z.enum(STATUSES).exactOptional(),
      }),
      response: { 200: pageOf(deviceSchema) },
    },
    handler: (request) => store.devices({ ...request.query, scope: callerOf(request).scope }),
  });

  app.route({
    method: "POST",
    url: "/estates/:estateId/devices",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "createDevice",
      summary: "Enrol a device before it was ever heard",
      tags: ["devices"],
      params: estatePath,
      body: newDevice,
      response: { 201: deviceSchema },
    },
    handler: async (request, reply) => {
      const { estateId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      await refuseExisting(`device ${request.body.id}`, store.device(estateId, request.body.id));
      const device = await put({ ...request.body, estateId, status: "enrolled" });
      return reply.code(201).send(device);
    },
  });

  app.route({
    method: "GET",
    url: "/estates/:estateId/devices/:deviceId",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getDevice",
      summary: "One device",
      tags: ["devices"],
      params: devicePath,
      response: { 200: deviceSchema },
    },
    handler: (request) =>
      visibleDevice(callerOf(request).scope, request.params.estateId, request.params.deviceId),
  });

  app.route({
    method: "POST",
    url: "/estates/:estateId/devices/:deviceId/enrol",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "enrolDevice",
      summary: "Enrol a pending device; the body may be left out",
      tags: ["devices"],
      params: devicePath,
      body: enrolment.nullish(),
      response: { 200: deviceSchema },
    },
    handler: async (request) => {
      const { estateId, deviceId } = request.params;
      const before = await visibleDevice(callerOf(request).scope, estateId, deviceId);
      return put({ ...merged(before, request.body ?? {}), status: "enrolled" });
    },
  });

  app.route({
    method: "PATCH",
    url: "/estates/:estateId/devices/:deviceId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "changeDevice",
      summary: "Change a device",
      tags: ["devices"],
      params: devicePath,
      body: deviceChange,
      response: { 200: deviceSchema },
    },
    handler: async (request) => {
      const { estateId, deviceId } = request.params;
      const before = await visibleDevice(callerOf(request).scope, estateId, deviceId);
      return put(merged(before, request.body));
    },
  });

  app.route({
    method: "DELETE",
    url: "/estates/:estateId/devices/:deviceId",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "deleteDevice",
      summary: "Delete a device; heard again, it comes back as pending",
      tags: ["devices"],
      params: devicePath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { estateId, deviceId } = request.params;
      await visibleDevice(callerOf(request).scope, estateId, deviceId);
      await store.deleteDevice(estateId, deviceId);
      await registryChanged();
      return reply.code(204).send();
    },
  });
}
