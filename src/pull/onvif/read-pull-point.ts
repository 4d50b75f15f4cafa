import { setTimeout as sleep } from "node:timers/promises";
import { MINUTE } from "../../domain/time.ts";
import { linkAbort } from "../linked-abort.ts";
import { PullFault } from "../pull-fault.ts";
import type { Session } from "../session.ts";
import type { PullSource } from "../source.ts";
import { createEventService, type EventService, type Subscription } from "./event-service.ts";
import type { SoapAnswer } from "./soap.ts";
import { all, at } from "./xml-tree.ts";

/** Renewed when less than this is left of its life. */
const RENEW_BELOW = MINUTE;

/**
 * Reads an ONVIF pull point until it breaks; always ends with a rejection. Answers with messages are handed
 * over whole, as the device wrote them, before the next are asked for. A pull point that the device has
 * forgotten is made anew at once; the new one begins with the present state of everything.
 */
export async function readPullPoint(source: PullSource, session: Session): Promise<never> {
  using abort = linkAbort(session.signal);
  const { clock, timing } = session;
  const service = createEventService(source, session, abort);
  await service.open();
  for (;;) {
    const subscription = await service.subscribe();
    const born = clock.now();
    try {
      await pullAll(service, subscription, session);
    } catch (error) {
      if (session.signal.aborted) await leave(service, subscription, timing.closeMs / 2);
      // One that did not live as long as a poll is no pull point: the device is tried again with a pause.
      const forgotten = error instanceof PullFault && error.why === "answer";
      if (!forgotten || clock.now() - born < timing.pollMs) throw error;
      session.mended(error.why);
    }
  }
}

async function pullAll(
  service: EventService,
  subscription: Subscription,
  { timing, clock, streaming, deliver, signal }: Session,
): Promise<never> {
  let renews = true;
  // The first is short: whether it works is known by its answer.
  let pollMs = timing.emptyPollMs;
  for (;;) {
    const asked = clock.now();
    const answer = await service.pull(subscription, pollMs);
    ({ pollMs } = timing);
    const { content, raw, contentType } = answer;
    if (content?.local !== "PullMessagesResponse") {
      // What cannot be read may be an alarm: the hub keeps it as a dead letter.
      if (raw.byteLength > 0) await deliver({ body: raw, contentType });
      throw new PullFault("answer", "the device answers a pull with something else");
    }
    streaming();
    if (all(content, "NotificationMessage").length > 0) await deliver({ body: raw, contentType });
    else {
      // A clock that was set back meanwhile must not lengthen the pause.
      const took = Math.max(0, clock.now() - asked);
      await pause(timing.emptyPollMs - took, signal);
    }
    if (renews && leftOf(answer) < RENEW_BELOW) {
      renews = await service.renew(subscription).then(() => true, refusedRenewal);
    }
  }
}

/** What is left of a pull point's life, both times by the device's clock; nothing when it does not say. */
function leftOf({ content }: SoapAnswer): number {
  const [until, now] = ["TerminationTime", "CurrentTime"].map((name) =>
    Date.parse(at(content, name)?.text ?? ""),
  );
  const left = (until ?? NaN) - (now ?? NaN);
  return Number.isFinite(left) ? left : 0;
}

/** Devices that prolong a pull point with each pull need no renewal, and some do not know the word. */
function refusedRenewal(error: unknown): false {
  if (error instanceof PullFault && error.why === "answer") return false;
  throw error;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal });
}

/** Devices have few pull points to give: the hub gives its own back when it stops, if there is time. */
async function leave(service: EventService, subscription: Subscription, ms: number): Promise<void> {
  using last = linkAbort(new AbortController().signal);
  await service.unsubscribe(subscription, last, ms).catch(() => undefined);
}
