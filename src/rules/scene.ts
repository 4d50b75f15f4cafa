import { modeAt } from "../domain/estate-mode.ts";
import type { SecurityEvent } from "../domain/event.ts";
import { createLocalTime, type LocalTime } from "../domain/local-time.ts";
import { DEFAULT_ZONE } from "../domain/time.ts";
import type { DeviceFacts } from "../ports.ts";

/** The variables of an expression. One scene is filled again for each event. */
export interface Scene {
  readonly event: EventView;
  readonly device: DeviceView;
  readonly estate: EstateView;
  readonly local: LocalView;
  set(event: SecurityEvent, device: DeviceFacts): void;
}

/** `event` in an expression: absent fields read as an empty string, or null for the value. */
export class EventView {
  current: SecurityEvent | undefined;

  get code(): string {
    return this.current?.code ?? "";
  }
  get phase(): string {
    return this.current?.phase ?? "";
  }
  get transition(): string {
    return this.current?.transition ?? "";
  }
  get estate(): string {
    return this.current?.estateId ?? "";
  }
  get device(): string {
    return this.current?.deviceId ?? "";
  }
  get point(): string {
    return this.current?.point ?? "";
  }
  get value(): SecurityEvent["attributes"][string] | null {
    return this.current?.value ?? null;
  }
  get attributes(): SecurityEvent["attributes"] {
    return this.current?.attributes ?? {};
  }
  get flags(): SecurityEvent["flags"] {
    return this.current?.flags ?? [];
  }
}

/** `device` in an expression. */
export class DeviceView {
  current: DeviceFacts | undefined;

  get kind(): string {
    return this.current?.kind ?? "";
  }
  get placeId(): string {
    return this.current?.placeId ?? "";
  }
}

/** `estate` in an expression. */
export class EstateView {
  current: DeviceFacts | undefined;
  readonly time: LocalTime;
  at = 0;

  constructor(time: LocalTime) {
    this.time = time;
  }

  get mode(): string {
    const { modes, zone } = this.current ?? {};
    return modes && zone !== undefined ? modeAt(modes, this.at, zone, this.time).mode : "armed";
  }
}

/** `local` in an expression: the event's time in the estate's zone, computed when it is asked for. */
export class LocalView {
  readonly time: LocalTime;
  at = 0;
  zone: string = DEFAULT_ZONE;

  constructor(time: LocalTime) {
    this.time = time;
  }

  get hour(): bigint {
    return BigInt(Math.floor(this.time.minuteOfDay(this.at, this.zone) / 60));
  }
  get weekday(): bigint {
    return BigInt(this.time.weekday(this.at, this.zone));
  }
}

/** Makes the scene in which an engine evaluates its conditions. */
export function createScene(): Scene {
  const event = new EventView();
  const device = new DeviceView();
  const time = createLocalTime();
  const estate = new EstateView(time);
  const local = new LocalView(time);
  return {
    event,
    device,
    estate,
    local,
    set(current, facts) {
      event.current = current;
      device.current = facts;
      estate.current = facts;
      estate.at = current.occurredAt;
      local.at = current.occurredAt;
      local.zone = facts.zone;
    },
  };
}
