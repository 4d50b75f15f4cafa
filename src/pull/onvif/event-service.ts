import { type EpochMs, SECOND } from "../../domain/time.ts";
import type { LinkedAbort } from "../linked-abort.ts";
import { type PullCause, PullFault } from "../pull-fault.ts";
import type { Session } from "../session.ts";
import type { PullSource } from "../source.ts";
import { createSoap, type SoapAnswer } from "./soap.ts";
import { usernameToken } from "./username-token.ts";
import { all, at, writeXml, type XmlElement } from "./xml-tree.ts";

/** A pull point the device made for us. */
export interface Subscription {
  readonly target: string;
  readonly to: { readonly address: string; readonly parameters: string };
}

/** The event service of one device (ONVIF Core, chapter 9: real-time pull point). */
export interface EventService {
  /** Reads the device's clock and finds its event service. */
  open(): Promise<void>;
  subscribe(): Promise<Subscription>;
  /** Waits for messages, as long as `pollMs` when there are none. */
  pull(subscription: Subscription, pollMs: number): Promise<SoapAnswer>;
  renew(subscription: Subscription): Promise<void>;
  /** Gives the pull point back; has an abort of its own, as it is done when the other was triggered. */
  unsubscribe(subscription: Subscription, last: LinkedAbort, deadlineMs: number): Promise<void>;
}

const DEVICE = "http://www.onvif.org/ver10/device/wsdl";
const EVENTS = "http://www.onvif.org/ver10/events/wsdl";
const NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2";
const MANAGER = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager";
/** How long a pull point lives unless renewed; some devices prolong it with each pull, some do not. */
const LIFE = "PT2M";
const MESSAGES = 30;
const IS_PARAMETER = ' xmlns:wsa="http://www.w3.org/2005/08/addressing" wsa:IsReferenceParameter="true"';

/** Makes the service of one device. Each call ends with `abort`, or when the device takes too long. */
export function createEventService(
  source: PullSource,
  { clock, timing, note }: Session,
  abort: LinkedAbort,
): EventService {
  const soap = createSoap(source, () => note("too_large"));
  const deadlineMs = timing.openMs;
  const now = (): EpochMs => clock.now();
  const { url, user, password } = source;
  const given = url.pathname + url.search;
  const device = given === "/" ? "/onvif/device_service" : given;
  let events = device;
  /** Device's clock minus ours. */
  let offset = 0;

  const proof = (): string => usernameToken(user, password, now() + offset);
  /** The device may know itself by another address (NAT, a second network): only the path is its to say. */
  const targetOf = (address: string): string => {
    const parsed = URL.parse(address, url.href);
    if (!parsed) throw new PullFault("answer", "the device names an address that is none");
    return parsed.pathname + parsed.search;
  };
  const addressOf = (target: string): string => new URL(target, url).href;

  async function askDevice(
    operation: string,
    content: string,
    security?: string,
  ): Promise<XmlElement | undefined> {
    const action = `${DEVICE}/${operation}`;
    const element = `<${operation} xmlns="${DEVICE}">${content}</${operation}>`;
    const request = { target: device, action, content: element, ...(security !== undefined && { security }) };
    return (await soap(request, abort, deadlineMs)).content;
  }

  async function askSubscription(
    { target, to }: Subscription,
    action: string,
    content: string,
    waitMs = 0,
  ): Promise<SoapAnswer> {
    return soap({ target, to, action, content, security: proof() }, abort, deadlineMs + waitMs);
  }

  /**
   * Asked without proof, as the standard has it, so that a wrong password is tried once and not twice; a
   * device that will not tell is taken to be right.
   */
  async function readClock(): Promise<void> {
    const before = now();
    const answer = await askDevice("GetSystemDateAndTime", "").catch(exceptFor("answer", "refused"));
    const utc = at(answer, "SystemDateAndTime", "UTCDateTime");
    const [year, month, day] = numbers(at(utc, "Date"), ["Year", "Month", "Day"]);
    const [hour, minute, second] = numbers(at(utc, "Time"), ["Hour", "Minute", "Second"]);
    const told = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute, second);
    offset = Number.isFinite(told) ? told - before : 0;
  }

  async function findEvents(): Promise<void> {
    const list = await askDevice(
      "GetServices",
      "<IncludeCapability>false</IncludeCapability>",
      proof(),
    ).catch(exceptFor("answer"));
    const service = list && all(list, "Service").find((each) => at(each, "Namespace")?.text === EVENTS);
    let address = at(service, "XAddr")?.text;
    if (address === undefined) {
      // Older devices have only this.
      const capabilities = await askDevice("GetCapabilities", "<Category>Events</Category>", proof());
      address = at(capabilities, "Capabilities", "Events", "XAddr")?.text;
    }
    if (address === undefined) throw new PullFault("answer", "the device has no event service");
    events = targetOf(address);
  }

  return {
    async open() {
      await readClock();
      await findEvents();
    },
    async subscribe() {
      const { content } = await soap(
        {
          target: events,
          to: { address: addressOf(events), parameters: "" },
          action: `${EVENTS}/EventPortType/CreatePullPointSubscriptionRequest`,
          content:
            `<CreatePullPointSubscription xmlns="${EVENTS}"><InitialTerminationTime>${LIFE}` +
            "</InitialTerminationTime></CreatePullPointSubscription>",
          security: proof(),
        },
        abort,
        deadlineMs,
      );
      const reference = at(content, "SubscriptionReference");
      const address = at(reference, "Address")?.text;
      if (address === undefined) throw new PullFault("answer", "the device made no pull point");
      const parameters = at(reference, "ReferenceParameters")?.children ?? [];
      return {
        target: targetOf(address),
        to: { address, parameters: parameters.map((each) => writeXml(each, IS_PARAMETER)).join("") },
      };
    },
    pull: (subscription, pollMs) =>
      askSubscription(
        subscription,
        `${EVENTS}/PullPointSubscription/PullMessagesRequest`,
        `<PullMessages xmlns="${EVENTS}"><Timeout>PT${pollMs / SECOND}S</Timeout>` +
          `<MessageLimit>${MESSAGES}</MessageLimit></PullMessages>`,
        pollMs,
      ),
    async renew(subscription) {
      const content = `<Renew xmlns="${NOTIFICATION}"><TerminationTime>${LIFE}</TerminationTime></Renew>`;
      await askSubscription(subscription, `${MANAGER}/RenewRequest`, content);
    },
    async unsubscribe({ target, to }, last, lastMs) {
      const action = `${MANAGER}/UnsubscribeRequest`;
      const content = `<Unsubscribe xmlns="${NOTIFICATION}"/>`;
      await soap({ target, to, action, content, security: proof() }, last, lastMs);
    },
  };
}

/** A device that answers, only not with what was asked for, goes on to the next question. */
function exceptFor(...causes: readonly PullCause[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof PullFault && causes.includes(error.why)) return undefined;
    throw error;
  };
}

function numbers(parent: XmlElement | undefined, names: readonly string[]): readonly number[] {
  return names.map((name) => Number.parseInt(at(parent, name)?.text ?? "", 10));
}
