import { SYNC_PROTOCOL } from "../../../protocol/sync.js";
import type { WebSocketClass } from "../../environment.js";
import type { Channel, ChannelEvents } from "./channel.js";

/** @throws what the class throws for a url that it may not connect to. */
export function openWebSocket(
  WebSocket: WebSocketClass,
  url: string,
  events: ChannelEvents,
): Channel {
  const socket = new WebSocket(url, SYNC_PROTOCOL);
  let isOver = false;
  socket.addEventListener("open", () => {
    if (!isOver) events.onOpen();
  });
  socket.addEventListener("message", ({ data }: { data: unknown }) => {
    if (!isOver) events.onMessage(String(data));
  });
  socket.addEventListener("close", ({ code }: { code: number }) => {
    if (!isOver) events.onEnd(code);
    isOver = true;
  });
  // Says nothing that the end, which follows, does not; but some throw it where nobody listens.
  socket.addEventListener("error", () => {});
  return {
    send: (text) => socket.send(text),
    close() {
      isOver = true;
      socket.close();
    },
  };
}
