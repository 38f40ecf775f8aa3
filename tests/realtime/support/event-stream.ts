import type { ClientMessage, ServerMessage } from "../../../protocol/sync.js";
import { SYNC_PATH } from "../../../protocol/sync.js";

/** A session where there is no WebSocket: a stream one way, requests the other. */
export interface EventStream extends AsyncDisposable {
  readonly session: string;
  readonly status: number;
  /** The next message; `null` at the end. */
  next(): Promise<ServerMessage | null>;
  send(...messages: readonly ClientMessage[]): Promise<Response>;
}

export async function eventStream(url: string): Promise<EventStream> {
  const stop = new AbortController();
  const response = await fetch(`${url}${SYNC_PATH}`, {
    headers: { accept: "text/event-stream" },
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let session = "";
  const next = async (): Promise<ServerMessage | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end !== -1) {
        const message = JSON.parse(text.slice("data: ".length, end)) as ServerMessage;
        text = text.slice(end + 2);
        return message;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += decoder.decode(value, { stream: true });
    }
  };
  const first = await next();
  if (first?.type === "connected") session = first.session;
  return {
    session,
    status: response.status,
    next,
    send: (...messages) =>
      fetch(`${url}${SYNC_PATH}?session=${session}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(messages),
      }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reader.cancel().catch(() => {});
    },
  };
}
