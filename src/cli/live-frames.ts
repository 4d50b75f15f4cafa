/** One frame of a stream of server-sent events. */
export interface LiveFrame {
  readonly event: string;
  readonly data: string;
}

/** A frame longer than this is not the hub's. */
const LONGEST = 1 << 20;

/**
 * Reads server-sent events (WHATWG HTML, 9.2) as the hub writes them: one `event` and one `data` line a
 * frame, comments as signs of life. `heard` is called for every piece that arrives. Ends with the stream.
 */
export async function* readFrames(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<LiveFrame> {
  const decoder = new TextDecoder();
  let buffer = "";
  for await (const piece of body) {
    heard();
    buffer += decoder.decode(piece, { stream: true });
    let end = buffer.indexOf("\n\n");
    while (end !== -1) {
      const frame = frameOf(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (frame) yield frame;
      end = buffer.indexOf("\n\n");
    }
    if (buffer.length > LONGEST) throw new Error("a frame of the live feed is too long");
  }
}

function frameOf(text: string): LiveFrame | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length === 0 ? undefined : { event, data: data.join("\n") };
}
