/** Bounds that hold for every profile, so that one message can cost only so much. */
export const LIMITS = Object.freeze({
  /** Bytes of a message that a parser reads. */
  payloadBytes: 1024 * 1024,
  /** Bytes of a message that has pictures beside its document. */
  multipartBytes: 16 * 1024 * 1024,
  /** Nesting of objects and arrays. */
  depth: 32,
  /** Members of all objects of a JSON message of more than 64 KiB; different names cost the most. */
  jsonMembers: 50_000,
  /** Elements and attributes of an XML document. */
  xmlMembers: 20_000,
  /** Events of one message. */
  events: 500,
  /** Characters of a device's name or a point. */
  name: 128,
  /** Characters of a text attribute; the rest is cut off. */
  text: 500,
  /** Members of a list that becomes one text attribute; the rest is cut off. */
  list: 20,
});
