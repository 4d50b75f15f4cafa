/** A place for one intake request; gives back what it held. */
export interface Slot {
  /** The body is here: hold its true size. */
  resize(bytes: number): void;
  release(): void;
}

export interface IntakeSlots {
  /** A slot, or why there is none. */
  take(gatewayId: string, bytes: number): Slot | "busy" | "gateway_busy" | "memory";
  readonly taken: number;
}

/**
 * Bounds how many intake requests are at work and how many bytes they hold, in all and for one gateway,
 * so that a vendor platform that resends everything after an outage slows down nobody but itself.
 */
export function createIntakeSlots(limits: {
  readonly intakeConcurrency: number;
  readonly intakePerGateway: number;
  readonly intakeBytes: number;
}): IntakeSlots {
  const perGateway = new Map<string, number>();
  let taken = 0;
  let held = 0;

  return {
    get taken() {
      return taken;
    },
    take(gatewayId, bytes) {
      const own = perGateway.get(gatewayId) ?? 0;
      if (taken >= limits.intakeConcurrency) return "busy";
      if (own >= limits.intakePerGateway) return "gateway_busy";
      // One is always let in, however large: the body limit has its own answer.
      if (taken > 0 && held + bytes > limits.intakeBytes) return "memory";
      taken++;
      perGateway.set(gatewayId, own + 1);
      held += bytes;
      let mine = bytes;
      let released = false;
      return {
        resize(size) {
          if (released) return;
          held += size - mine;
          mine = size;
        },
        release() {
          if (released) return;
          released = true;
          taken--;
          held -= mine;
          const left = (perGateway.get(gatewayId) ?? 1) - 1;
          if (left === 0) perGateway.delete(gatewayId);
          else perGateway.set(gatewayId, left);
        },
      };
    },
  };
}
