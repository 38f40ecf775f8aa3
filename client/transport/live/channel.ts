import type { ConvoyError } from "../../../protocol/errors.js";

/** One connection of a session to the server, by whatever means. */
export interface Channel {
  /** Not before `onOpen`. Messages arrive in the order in which they were sent. */
  send(text: string): void;
  /** Nothing is heard of it any more. */
  close(): void;
}

export interface ChannelEvents {
  /** The session may send messages. */
  onOpen(): void;
  /** Some have come, perhaps of a message that has not ended. Where a channel does not know, it says nothing. */
  onBytes(): void;
  onMessage(text: string): void;
  /** It is over, and not because of `close`: the close code of a WebSocket, or what went wrong. */
  onEnd(code: number | undefined, error?: ConvoyError): void;
}
