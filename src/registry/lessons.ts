import type { Json, Lesson } from "../domain/event.ts";
import type { Learn, LearnedLesson, Store } from "../ports.ts";

/** Lessons kept of one bridge and profile; a bridge that says more is not described but attacked. */
const LESSONS = 20_000;
/** Characters of a lesson as JSON. */
const LESSON_LENGTH = 128 * 1024;

/** What bridges taught, held in memory for decoding and in the store for the next start. */
export interface Lessons {
  /** Reads everything from the store. */
  load(): Promise<void>;
  readonly recall: (estateId: string, gatewayId: string, profile: string, key: string) => Json | undefined;
  readonly learn: Learn;
  /** Lessons that were not taken because there were too many or one was too long. */
  readonly refused: () => number;
}

/** Makes an empty memory; `load` before use. */
export function createLessons(store: Pick<Store, "lessons" | "putLessons">): Lessons {
  const shelves = new Map<string, Map<string, { readonly value: Json; readonly json: string }>>();
  let refused = 0;

  function shelfOf(estateId: string, gatewayId: string, profile: string) {
    const name = `${estateId}\n${gatewayId}\n${profile}`;
    const there = shelves.get(name);
    if (there) return there;
    const shelf = new Map<string, { readonly value: Json; readonly json: string }>();
    shelves.set(name, shelf);
    return shelf;
  }

  /** Notes a lesson; true when it is news. */
  function note({ estateId, gatewayId, profile, key, value }: LearnedLesson): boolean {
    const shelf = shelfOf(estateId, gatewayId, profile);
    if (value === null) return shelf.delete(key);
    const json = JSON.stringify(value);
    const before = shelf.get(key);
    if (before?.json === json) return false;
    if (json.length > LESSON_LENGTH || (!before && shelf.size >= LESSONS)) {
      refused++;
      return false;
    }
    shelf.set(key, { value, json });
    return true;
  }

  return {
    async load() {
      for (const lesson of await store.lessons()) note(lesson);
    },
    recall: (estateId, gatewayId, profile, key) =>
      shelves.get(`${estateId}\n${gatewayId}\n${profile}`)?.get(key)?.value,
    async learn({ route: { estateId }, gatewayId }, profile, lessons: readonly Lesson[]) {
      const news = lessons.map((lesson) => ({ ...lesson, estateId, gatewayId, profile })).filter(note);
      if (news.length > 0) await store.putLessons(news);
    },
    refused: () => refused,
  };
}
