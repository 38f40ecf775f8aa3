import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { SYNC_PING_MS } from "../../../protocol/sync.js";
import { type Clock, realClock } from "../../realtime/tick/clock.js";

/**
 * Ends a connection whose client has vanished without a word: it answers no ping. Behind a long message
 * a ping waits its turn, and as long as any of that is taken, somebody is there.
 *
 * @returns what ends the watch.
 */
export function watchPongs(
  webSocket: WebSocket,
  socket: Duplex,
  clock: Clock = realClock,
): () => void {
  let isAlive = true;
  let queued = 0;
  let timer: unknown = null;
  webSocket.on("pong", () => {
    isAlive = true;
  });
  const look = (): void => {
    const before = queued;
    queued = queuedBytes(socket);
    if (!isAlive && queued === before) return webSocket.terminate();
    if (isAlive) webSocket.ping();
    isAlive = false;
    timer = clock.setTimeout(look, SYNC_PING_MS);
  };
  timer = clock.setTimeout(look, SYNC_PING_MS);
  return () => clock.clearTimeout(timer);
}

/** What the system has not taken yet of what it was given. Node's own timeouts of sockets go by it. */
export function queuedBytes(socket: Duplex): number {
  const { _handle } = socket as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return _handle?.writeQueueSize ?? 0;
}
