import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createDoor, type Door } from "./fake-door.ts";

export interface OnvifDeviceOptions {
  readonly user?: string;
  readonly password?: string;
  /** How far the device's clock is off. Milliseconds. */
  readonly clockOff?: number;
  /** Proves by HTTP digest and looks at no security header. */
  readonly digest?: boolean;
  /** With `digest`: wants it even for the time. */
  readonly shut?: boolean;
  /** Knows GetServices; older ones only know GetCapabilities. */
  readonly services?: boolean;
  /** Life of a pull point, whatever was asked for. Milliseconds. */
  readonly lifeMs?: number;
  /** Names pull points by a reference parameter, not by the address. */
  readonly parameter?: boolean;
  readonly renews?: boolean;
}

/** An ONVIF device with one pull point per subscription. */
export interface OnvifDevice {
  readonly url: string;
  readonly door: Door;
  /** Operations in order, with `!` when the proof was wrong. */
  readonly operations: readonly string[];
  /** Something happens: every pull point hears of it. Returns the notification's XML. */
  emit(rule: string): string;
  /** Raw answers to PullMessages that had messages. */
  readonly answers: readonly Buffer[];
  /** Forgets all pull points, as after a reboot. */
  forget(): void;
  pullPoints(): number;
  /** Answers the next pull with this instead. */
  say(body: string, status?: number): void;
  /** Does not answer the next pull at all. */
  hang(): void;
  close(): Promise<void>;
}

interface PullPoint {
  readonly queue: string[];
  until: number;
  wake: () => void;
}

const NAMESPACES =
  'xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa5="http://www.w3.org/2005/08/addressing" ' +
  'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" ' +
  'xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" ' +
  'xmlns:ter="http://www.onvif.org/ver10/error" xmlns:tns1="http://www.onvif.org/ver10/topics"';

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope ${NAMESPACES}><SOAP-ENV:Header/>` +
  `<SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>\n`;

const fault = (code: string, subcode: string): string =>
  envelope(
    `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:${code}</SOAP-ENV:Value><SOAP-ENV:Subcode>` +
      `<SOAP-ENV:Value>${subcode}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code>` +
      `<SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">not shown</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>`,
  );

export async function startOnvifDevice(options: OnvifDeviceOptions = {}): Promise<OnvifDevice> {
  const {
    clockOff = 0,
    digest = false,
    shut = false,
    services = true,
    lifeMs = 120_000,
    parameter = false,
    renews = true,
  } = options;
  const { user = "hub", password = "pass:wörd" } = options;
  const door = createDoor(options);
  const points = new Map<string, PullPoint>();
  const operations: string[] = [];
  const answers: Buffer[] = [];
  const nonces = new Set<string>();
  let made = 0;
  let instead: { body: string; status: number } | "nothing" | undefined;
  const now = (): number => Date.now() + clockOff;
  const iso = (at: number): string => new Date(at).toISOString();

  /** Base64(SHA-1(nonce + created + password)), fresh by the device's own clock, each nonce once. */
  function isProved(body: string): boolean {
    const read = (tag: string): string =>
      new RegExp(`<(?:\\w+:)?${tag}\\b[^>]*>([^<]*)</`).exec(body)?.[1] ?? "";
    const [nonce, created] = [read("Nonce"), read("Created")];
    const sum = createHash("sha1")
      .update(Buffer.from(nonce, "base64"))
      .update(created + password)
      .digest("base64");
    const fresh = Math.abs(Date.parse(created) - now()) < 5_000 && !nonces.has(nonce);
    nonces.add(nonce);
    return fresh && sum === read("Password") && read("Username") === user && body.includes("#PasswordDigest");
  }

  function service(operation: string, host: string, body: string, url: string): string | Promise<string> {
    const address = (path: string): string => `http://${host}${path}`;
    switch (operation) {
      case "GetSystemDateAndTime": {
        const at = new Date(now());
        return envelope(
          `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>` +
            `<tt:UTCDateTime><tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute>` +
            `<tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year>` +
            `<tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime>` +
            `</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`,
        );
      }
      case "GetServices":
        if (!services) return fault("Receiver", "ter:ActionNotSupported");
        return envelope(
          `<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>` +
            `<tds:XAddr>${address("/onvif/device_service")}</tds:XAddr></tds:Service><tds:Service>` +
            `<tds:Namespace>http://www.onvif.org/ver10/events/wsdl</tds:Namespace>` +
            `<tds:XAddr>${address("/onvif/Events")}</tds:XAddr></tds:Service></tds:GetServicesResponse>`,
        );
      case "GetCapabilities":
        return envelope(
          `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Events><tt:XAddr>${address("/onvif/Events")}</tt:XAddr>` +
            `</tt:Events></tds:Capabilities></tds:GetCapabilitiesResponse>`,
        );
      case "CreatePullPointSubscription": {
        if (url !== "/onvif/Events") return fault("Sender", "ter:ActionNotSupported");
        const id = String(++made);
        points.set(id, { queue: [], until: now() + lifeMs, wake: () => {} });
        const reference = parameter
          ? `<wsa5:Address>${address("/onvif/Subscription")}</wsa5:Address><wsa5:ReferenceParameters>` +
            `<v:Point xmlns:v="urn:vendor&amp;1" kind="a&quot;b">${id}</v:Point></wsa5:ReferenceParameters>`
          : `<wsa5:Address>${address(`/onvif/Subscription?Idx=${id}&amp;x=1`)}</wsa5:Address>`;
        return envelope(
          `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>${reference}</tev:SubscriptionReference>` +
            `<wsnt:CurrentTime>${iso(now())}</wsnt:CurrentTime>` +
            `<wsnt:TerminationTime>${iso(now() + lifeMs)}</wsnt:TerminationTime></tev:CreatePullPointSubscriptionResponse>`,
        );
      }
      default:
        return atPoint(operation, body, url);
    }
  }

  function atPoint(operation: string, body: string, url: string): string | Promise<string> {
    const id = parameter
      ? /<Point xmlns="urn:vendor&amp;1" kind="a&quot;b"[^>]*IsReferenceParameter="true">(\d+)<\/Point>/.exec(
          body,
        )?.[1]
      : /^\/onvif\/Subscription\?Idx=(\d+)&x=1$/.exec(url)?.[1];
    const point = points.get(id ?? "");
    if (!point || point.until < now()) {
      points.delete(id ?? "");
      return fault("Receiver", "wsrf-rw:ResourceUnknownFault");
    }
    if (operation === "PullMessages") return pull(point, body);
    if (operation === "Unsubscribe") {
      points.delete(id ?? "");
      return envelope("<wsnt:UnsubscribeResponse/>");
    }
    if (operation === "Renew" && renews) {
      point.until = now() + lifeMs;
      return envelope(
        `<wsnt:RenewResponse><wsnt:TerminationTime>${iso(point.until)}</wsnt:TerminationTime></wsnt:RenewResponse>`,
      );
    }
    return fault("Receiver", "ter:ActionNotSupported");
  }

  async function pull(point: PullPoint, body: string): Promise<string> {
    const seconds = Number(/Timeout>PT([\d.]+)S</.exec(body)?.[1]);
    const limit = Number(/MessageLimit>(\d+)</.exec(body)?.[1]);
    if (point.queue.length === 0) {
      await new Promise<void>((resolve) => {
        point.wake = resolve;
        setTimeout(resolve, seconds * 1_000);
      });
    }
    const messages = point.queue.splice(0, limit);
    return envelope(
      `<tev:PullMessagesResponse><tev:CurrentTime>${iso(now())}</tev:CurrentTime>` +
        `<tev:TerminationTime>${iso(point.until)}</tev:TerminationTime>${messages.join("")}</tev:PullMessagesResponse>`,
    );
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const operation = /Body><(?:\w+:)?(\w+)/.exec(body)?.[1] ?? "?";
    const isFree = operation === "GetSystemDateAndTime";
    if ((!isFree || shut) && digest && !door.check(request, response)) return;
    const proved = isFree || digest || isProved(body);
    operations.push(proved ? operation : `${operation}!`);
    const said = operation === "PullMessages" ? instead : undefined;
    if (said) instead = undefined;
    if (said === "nothing") return;
    const answer =
      said?.body ??
      (proved
        ? // The address the device has in its own network, which is not the one it was asked at.
          await service(operation, "10.255.255.1:8899", body, request.url ?? "")
        : fault("Sender", "ter:NotAuthorized"));
    const bytes = Buffer.from(answer);
    if (answer.includes("NotificationMessage")) answers.push(bytes);
    const status = said?.status ?? (answer.includes("SOAP-ENV:Fault") ? 400 : 200);
    response.writeHead(status, { "content-type": "application/soap+xml; charset=utf-8" }).end(bytes);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    door,
    operations,
    answers,
    emit(rule) {
      const notification =
        `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">` +
        `tns1:RuleEngine/LineDetector/Crossed</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${iso(now())}" ` +
        `PropertyOperation="Changed"><tt:Source><tt:SimpleItem Name="Rule" Value="${rule}"/></tt:Source><tt:Data>` +
        `<tt:SimpleItem Name="ObjectId" Value="15"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`;
      for (const point of points.values()) {
        point.queue.push(notification);
        point.wake();
      }
      return notification;
    },
    forget: () => points.clear(),
    pullPoints: () => points.size,
    say(said, status = 200) {
      instead = { body: said, status };
      for (const point of points.values()) point.wake();
    },
    hang() {
      instead = "nothing";
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
