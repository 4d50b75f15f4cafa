import type { DeviceKind } from "../domain/estate.ts";
import type { DeadReason, IgnoreReason } from "../domain/event.ts";
import type { Transport } from "../domain/journal.ts";
import type { Tier } from "../ports.ts";
import type { FlagSpecs } from "./flags.ts";
import type { Parser } from "./parsers.ts";
import type { AttributeSpecs, Rule } from "./rules.ts";
import type { Source } from "./sources.ts";
import type { TimeSpec } from "./times.ts";

/**
 * Personal data a format can carry, and what becomes of it. `path` is dotted; `*` is any one member.
 * `harmless` declares that a field which looks personal is not.
 */
export interface Redaction {
  readonly path: string;
  readonly how: "hashed" | "dropped" | "harmless";
  readonly what: string;
}

/** Messages that are read: where they arrive, how they are parsed, what they mean. */
export interface ReadMessage {
  /** Pattern below the prefix; see `compilePattern`. */
  readonly path: string;
  /**
   * Read below any other prefix instead, once the profile learned of the path (a lesson whose key is the
   * path); the pattern is the whole path's.
   */
  readonly beyondPrefix?: true;
  readonly parse: Parser;
  readonly device: Source;
  readonly time: TimeSpec;
  readonly flags?: FlagSpecs;
  /** Attributes of every event, read from the whole message. */
  readonly attributes?: AttributeSpecs;
  readonly redact: readonly Redaction[];
  /** All of them are applied, in order. */
  readonly rules: readonly Rule[];
  /** What it means when no rule yields anything. */
  readonly otherwise: IgnoreReason | { readonly undecodable: DeadReason; readonly detail: string };
}

/** Messages known to carry no event; they are not even parsed. */
export interface IgnoredMessage {
  readonly path: string;
  readonly ignore: IgnoreReason;
  /** Whose sign of life it is, if it is one. */
  readonly device?: Source;
}

export type MessageSpec = ReadMessage | IgnoredMessage;

/** A profile as data. */
export interface ProfileSpec {
  /** Stable; part of device ids. */
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly vendor: string;
  readonly transports: readonly Transport[];
  /** First segments of every path; empty when the format has no fixed ones. */
  readonly prefix: string;
  readonly kind: DeviceKind;
  readonly tier: Tier;
  /** The first whose path fits reads the message: from the special to the general. */
  readonly messages: readonly MessageSpec[];
}
