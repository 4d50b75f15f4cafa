/** Bytes that came in and are not used up yet, in one piece. */
export interface ByteWindow {
  add(chunk: Uint8Array): void;
  size(): number;
  /** What is there; valid until the next `add`, `take` or `drop`. */
  view(): Buffer;
  /** Removes the first `count` bytes and returns a copy of them. */
  take(count: number): Buffer;
  drop(count: number): void;
}

/** Room that is kept while little is there. */
const ROOM = 64 * 1024;

/** Makes an empty window. It grows by doubling, so that filling it costs in proportion to what comes. */
export function createByteWindow(): ByteWindow {
  let store = Buffer.allocUnsafe(0);
  let start = 0;
  let end = 0;

  function drop(count: number): void {
    start = Math.min(start + count, end);
    if (start < end) return;
    start = 0;
    end = 0;
    if (store.byteLength > ROOM) store = Buffer.allocUnsafe(0);
  }

  return {
    add(chunk) {
      const size = end - start;
      const wanted = size + chunk.byteLength;
      if (end + chunk.byteLength > store.byteLength) {
        const next = wanted * 2 <= store.byteLength ? store : Buffer.allocUnsafe(Math.max(wanted * 2, 1_024));
        store.copy(next, 0, start, end);
        store = next;
        start = 0;
        end = size;
      }
      store.set(chunk, end);
      end += chunk.byteLength;
    },
    size: () => end - start,
    view: () => store.subarray(start, end),
    take(count) {
      const copy = Buffer.from(store.subarray(start, Math.min(start + count, end)));
      drop(count);
      return copy;
    },
    drop,
  };
}
