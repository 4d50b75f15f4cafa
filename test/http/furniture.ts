import type { Device, Estate } from "../../src/domain/estate.ts";
import type { SecurityEvent } from "../../src/domain/event.ts";
import type { Incident } from "../../src/domain/incident.ts";
import type { RecordedCase } from "../../src/domain/recorded-case.ts";
import type { DeadLetter } from "../../src/ports.ts";
import type { FakeStore } from "./fake-store.ts";

/** Noon of 2026-03-10 in Shanghai. */
export const NOW = Date.parse("2026-03-10T04:00:00Z");

const ESTATE_A: Estate = {
  id: "a",
  name: "幸福里",
  zone: "Asia/Shanghai",
  households: 1000,
  installedOn: "2025-01-01",
  simulated: true,
};
const ESTATE_B: Estate = {
  id: "b",
  name: "和平里",
  zone: "Asia/Shanghai",
  households: 500,
  simulated: true,
};

export function event(id: string, estateId: string, more: Partial<SecurityEvent> = {}): SecurityEvent {
  return {
    id,
    estateId,
    gatewayId: `gw-${estateId}`,
    deviceId: "door-1",
    code: "access.forced_open",
    phase: "raise",
    transition: "edge",
    occurredAt: NOW - 1_000,
    receivedAt: NOW,
    attributes: { battery: 80 },
    flags: ["simulated"],
    profile: "native",
    ...more,
  };
}

export function incident(id: string, estateId: string, more: Partial<Incident> = {}): Incident {
  return {
    id,
    estateId,
    type: "access.forced_open",
    severity: "P2",
    status: "open",
    key: `${estateId}|access.forced_open|door-1`,
    deviceId: "door-1",
    rule: { id: "forced-open", version: "1" },
    openedAt: NOW - 1_000,
    detectedAt: NOW,
    late: false,
    test: false,
    simulated: true,
    eventCount: 1,
    episodeCount: 1,
    verification: 0,
    chattering: false,
    updatedAt: NOW,
    ...more,
  };
}

export function letter(id: string, estateId: string): DeadLetter {
  return {
    id,
    receivedAt: NOW,
    estateId,
    gatewayId: `gw-${estateId}`,
    transport: "mqtt",
    path: "zigbee2mqtt/front",
    reason: "malformed",
    detail: "Unexpected token in JSON: 张三",
    payload: Buffer.from("{张三").toString("base64"),
    count: 1,
    lastAt: NOW,
  };
}

export function device(id: string, estateId: string, more: Partial<Device> = {}): Device {
  return {
    id,
    estateId,
    gatewayId: `gw-${estateId}`,
    profile: "native",
    name: id,
    kind: "sensor",
    status: "enrolled",
    config: {},
    simulated: true,
    firstSeen: NOW - 5_000,
    lastSeen: NOW,
    ...more,
  };
}

export function recorded(id: string, day: string, more: Partial<RecordedCase> = {}): RecordedCase {
  return {
    id,
    source: "110",
    estateId: "a",
    unit: "call",
    type: "theft.ebike",
    sourceType: "盗窃电动车",
    occurredAt: Date.parse(`${day}T04:00:00Z`),
    simulated: true,
    ...more,
  };
}

/** Puts two estates with one of everything each on the shelves, and a gateway for both. */
export function furnish({ shelves }: FakeStore): void {
  for (const estate of [ESTATE_A, ESTATE_B]) {
    const { id } = estate;
    shelves.estates.set(id, estate);
    shelves.places.set(`${id}/gate`, { id: "gate", estateId: id, name: "大门", kind: "gate" });
    shelves.gateways.set(`gw-${id}`, {
      id: `gw-${id}`,
      name: `网关 ${id}`,
      estateIds: [id],
      bindings: [],
      simulated: true,
      presence: "online",
      presenceSince: NOW,
      createdAt: NOW,
    });
    shelves.devices.set(`${id}/door-1`, device("door-1", id));
    shelves.devices.set(`${id}/new-1`, device("new-1", id, { status: "pending" }));
    shelves.events.push(event(`ev-${id}`, id));
    shelves.letters.set(`dl-${id}`, letter(`dl-${id}`, id));
    shelves.incidents.set(`in-${id}`, {
      incident: incident(`in-${id}`, id),
      history: [
        { incidentId: `in-${id}`, kind: "opened", at: NOW, by: "rule:forced-open", eventId: `ev-${id}` },
      ],
    });
    shelves.cases.push(recorded(`c-${id}`, "2025-06-01", { estateId: id }));
  }
  shelves.gateways.set("gw-ab", {
    id: "gw-ab",
    name: "平台",
    estateIds: ["a", "b"],
    bindings: [{ prefix: "z2m", profile: "zigbee2mqtt" }],
    simulated: true,
    presence: "unknown",
    createdAt: NOW,
  });
  shelves.rules.push({
    id: "forced-open",
    version: "1",
    title: { zh: "强行开门", en: "Door forced open" },
    incident: "access.forced_open",
    severity: "P2",
    file: "access.yaml",
  });
  shelves.ruleVersions.push({
    id: "forced-open",
    version: "1",
    firstAt: NOW,
    definition: { id: "forced-open", severity: "P2" },
  });
}
