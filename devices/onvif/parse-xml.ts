import { xml, type Parser } from "../../src/device-kit/index.ts";
import { toNotification, type Items, type Notification } from "./notification.ts";

const document = xml(
  "NotificationMessage",
  "NotficationMessage",
  "Message",
  "Event",
  "SimpleItem",
  "ElementItem",
);

/** Elements that notifications stand in: a SOAP answer or push, a metadata stream. */
const AROUND = ["Body", "PullMessagesResponse", "Notify", "Event"];
/** The second is how an example of the standard spells it, and devices made after it. */
const NOTIFICATION = ["NotificationMessage", "NotficationMessage"];
/** What a metadata stream carries beside events. */
const METADATA = ["VideoAnalytics", "AudioAnalytics", "PTZ", "Extension"];

/**
 * ONVIF notifications in XML: the answer of a pull point, a push of WS-BaseNotification, a metadata
 * stream. The body is `{ notifications, carries }`; `carries` says what a document without any is.
 */
export const notificationsInXml: Parser = {
  format: "ONVIF notifications (XML)",
  parse(payload, input, captures) {
    const parsed = document.parse(payload, input, captures);
    if (parsed.fault !== undefined) return parsed;
    const elements: Items[] = [];
    gather(parsed.body, elements);
    const carries = elements.length > 0 ? "notifications" : carriedBy(parsed.body);
    return { body: { notifications: elements.flatMap(readElement), carries } };
  },
};

function gather(element: unknown, into: Items[]): void {
  for (const name of NOTIFICATION) into.push(...children(element, name));
  for (const name of AROUND) for (const child of children(element, name)) gather(child, into);
}

/** What a document without notifications is. */
function carriedBy(root: unknown): string {
  if (children(root, "Body").some((body) => "PullMessagesResponse" in body)) return "answer";
  return METADATA.some((name) => children(root, name).length > 0) ? "metadata" : "nothing";
}

/** The notifications of one element; the standard allows several messages in one. */
function readElement(element: Items): readonly Notification[] {
  const topic = textOf(element["Topic"]);
  return children(element, "Message").flatMap((holder) =>
    children(holder, "Message").map((message) =>
      toNotification({
        topic,
        operation: message["@PropertyOperation"],
        utcTime: message["@UtcTime"],
        source: itemsOf(message["Source"]),
        key: itemsOf(message["Key"]),
        data: itemsOf(message["Data"]),
      }),
    ),
  );
}

function itemsOf(section: unknown): Items {
  const items: Record<string, unknown> = {};
  for (const item of children(section, "SimpleItem")) items[nameOf(item)] = item["@Value"];
  for (const item of children(section, "ElementItem")) {
    const { "@Name": _name, ...content } = item;
    items[nameOf(item)] = content;
  }
  return items;
}

/** An item of no name, or of one that is no data, is kept under the empty name, which nothing reads. */
function nameOf({ "@Name": name }: Items): string {
  return typeof name === "string" && name !== "__proto__" ? name : "";
}

function textOf(element: unknown): string {
  if (typeof element === "string") return element;
  return isElement(element) && typeof element["#text"] === "string" ? element["#text"] : "";
}

const NONE: readonly Items[] = [];

/** The child elements of a name that are more than a text, none when there is no such element. */
function children(element: unknown, name: string): readonly Items[] {
  if (!isElement(element) || !Object.hasOwn(element, name)) return NONE;
  const found = element[name];
  if (Array.isArray(found)) return (found as readonly unknown[]).filter(isElement);
  return isElement(found) ? [found] : NONE;
}

function isElement(value: unknown): value is Items {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
