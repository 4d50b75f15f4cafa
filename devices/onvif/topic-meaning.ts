/** What notifications of a topic tell. */
export interface TopicMeaning {
  /**
   * `state`: lasts while its item is true, `presence`: as long as it exists · `moment`: happened, and
   * nothing ever says that it is over · `input`: the position of a contact.
   */
  readonly kind: "state" | "presence" | "moment" | "input";
  /** Absent where the meaning is the installation's. */
  readonly code?: string;
  /** Data items that tell the state; the first that is there counts. */
  readonly items: readonly string[];
}

/** Meanings by topic, without namespaces. */
export type Topics = Readonly<Record<string, TopicMeaning>>;

/** A state; devices that do not keep to the standard name its item otherwise. */
export const state = (code: string, ...items: readonly string[]): TopicMeaning => ({
  kind: "state",
  code,
  items,
});

/** A property that only exists while it is so, unless one of these items says more. */
export const presence = (code: string, ...items: readonly string[]): TopicMeaning => ({
  kind: "presence",
  code,
  items,
});

/** Something that happened. */
export const moment = (code: string): TopicMeaning => ({ kind: "moment", code, items: [] });

/** A contact that is wired to the device. */
export const input = (item: string): TopicMeaning => ({ kind: "input", items: [item] });
