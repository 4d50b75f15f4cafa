import type { Json, Lesson } from "../domain/event.ts";
import type { Learn, Recall, Store } from "../ports.ts";

/** Lessons kept of one bridge and profile; a bridge that says more is not described but attacked. */
const LESSONS = 20_000;
/** Characters of a lesson as JSON. */
const LESSON_LENGTH = 128 * 1024;
/** Characters of all lessons of one bridge and profile, keys included: they are held in memory. */
const SHELF_LENGTH = 16 * 1024 * 1024;

/** What bridges taught, held in memory for decoding and in the store for the next start. */
export interface Lessons {
  /** Reads everything from the store. */
  load(): Promise<void>;
  readonly recall: Recall;
  readonly learn: Learn;
  /** Lessons that were not taken because there were too many or one was too long. */
  readonly refused: () => number;
}

interface Note {
  /** Null was taken back; it stays until the store knows that too. */
  readonly value: Json;
  readonly json: string;
  /** What is not in the store yet is not news to the decoder, but is not to be acknowledged either. */
  stored: boolean;
}

/** The lessons of one bridge and profile. */
interface Shelf {
  readonly notes: Map<string, Note>;
  length: number;
}

/** Makes an empty memory; `load` before use. */
export function createLessons(store: Pick<Store, "lessons" | "putLessons">): Lessons {
  const shelves = new Map<string, Shelf>();
  let refused = 0;

  function shelfOf(estateId: string, gatewayId: string, profile: string): Shelf {
    const name = `${estateId}\n${gatewayId}\n${profile}`;
    const there = shelves.get(name);
    if (there) return there;
    const shelf: Shelf = { notes: new Map(), length: 0 };
    shelves.set(name, shelf);
    return shelf;
  }

  /** Notes a lesson; undefined when there is nothing to note or no room for it. */
  function note(shelf: Shelf, { key, value }: Lesson): Note | undefined {
    const before = shelf.notes.get(key);
    if (value === null && !before) return undefined;
    const json = JSON.stringify(value);
    if (before?.json === json) return before;
    const length = shelf.length + json.length - (before ? before.json.length : -key.length);
    const full = length > SHELF_LENGTH || (!before && shelf.notes.size >= LESSONS);
    if (value !== null && (json.length > LESSON_LENGTH || full)) {
      refused++;
      return undefined;
    }
    const made: Note = { value, json, stored: false };
    shelf.notes.set(key, made);
    shelf.length = length;
    return made;
  }

  function forget(shelf: Shelf, key: string, { json }: Note): void {
    shelf.notes.delete(key);
    shelf.length -= key.length + json.length;
  }

  return {
    async load() {
      for (const { estateId, gatewayId, profile, ...lesson } of await store.lessons()) {
        const noted = note(shelfOf(estateId, gatewayId, profile), lesson);
        if (noted) noted.stored = true;
      }
    },
    recall: (estateId, gatewayId, profile, key) =>
      shelves.get(`${estateId}\n${gatewayId}\n${profile}`)?.notes.get(key)?.value ?? undefined,
    async learn({ route: { estateId }, gatewayId }, profile, lessons) {
      const shelf = shelfOf(estateId, gatewayId, profile);
      const news = new Map<string, Note>();
      for (const lesson of lessons) {
        const noted = note(shelf, lesson);
        if (noted && !noted.stored) news.set(lesson.key, noted);
      }
      if (news.size === 0) return;
      await store.putLessons(
        Array.from(news, ([key, { value }]) => ({ estateId, gatewayId, profile, key, value })),
      );
      for (const [key, noted] of news) {
        // Something newer may stand there meanwhile.
        if (shelf.notes.get(key) !== noted) continue;
        if (noted.value === null) forget(shelf, key, noted);
        else noted.stored = true;
      }
    },
    refused: () => refused,
  };
}
