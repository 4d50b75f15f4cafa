import type { EpochMs } from "../domain/time.ts";

/** Something with at most one timer. The two mutable fields belong to the queue. */
export interface Timed {
  /** When it is due; Infinity while it has no timer. */
  due: EpochMs;
  /** Place in the queue; -1 while it is not in it. */
  slot: number;
}

/** Timers in order of due time. */
export interface Timers<T extends Timed> {
  /** Sets, moves or (Infinity) removes the timer of an item. */
  set(item: T, due: EpochMs): void;
  /** The item due first; undefined when there is none. */
  first(): T | undefined;
  clear(): void;
}

/**
 * A binary heap whose items know their slot, so that a timer is moved in place and nothing stale
 * remains. `before` breaks ties of due time by content, so that order survives a restart.
 */
export function createTimers<T extends Timed>(before: (a: T, b: T) => boolean): Timers<T> {
  let heap: T[] = [];

  const earlier = (a: T, b: T): boolean => a.due < b.due || (a.due === b.due && before(a, b));

  function rise(item: T, start: number): void {
    let slot = start;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const other = heap[parent];
      if (other === undefined || !earlier(item, other)) break;
      heap[slot] = other;
      other.slot = slot;
      slot = parent;
    }
    heap[slot] = item;
    item.slot = slot;
  }

  function sink(item: T, start: number): void {
    let slot = start;
    for (;;) {
      let child = 2 * slot + 1;
      let other = heap[child];
      if (other === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && earlier(right, other)) {
        child++;
        other = right;
      }
      if (!earlier(other, item)) break;
      heap[slot] = other;
      other.slot = slot;
      slot = child;
    }
    heap[slot] = item;
    item.slot = slot;
  }

  function place(item: T, slot: number): void {
    rise(item, slot);
    if (item.slot === slot) sink(item, slot);
  }

  function remove(item: T): void {
    const { slot } = item;
    if (slot < 0) return;
    item.slot = -1;
    const last = heap.pop();
    if (last !== undefined && last !== item) place(last, slot);
  }

  return {
    set(item, due) {
      if (item.due === due) return;
      item.due = due;
      if (due === Infinity) remove(item);
      else place(item, item.slot < 0 ? heap.length : item.slot);
    },
    first: () => heap[0],
    clear() {
      for (const item of heap) item.slot = -1;
      heap = [];
    },
  };
}
