import { ConvoyError } from "../../../protocol/errors.js";
import {
  CLOSE_RESTART,
  SYNC_PATH,
  SYNC_PING_MS,
  type ServerMessage,
  type Transition,
} from "../../../protocol/sync.js";
import type { ClientEnvironment } from "../../environment.js";
import { readProblem } from "../read-answer.js";
import { backOffMs } from "../retry.js";
import { baseUrl, webSocketUrl } from "../server-url.js";
import type { Channel } from "./channel.js";
import { openEventStream } from "./event-stream.js";
import { messageInvalid } from "./message-invalid.js";
import { openWebSocket } from "./web-socket.js";

/** How long a connection stays that nobody needs: who comes from another page needs it again. */
export const LINGER_MS = 5000;

/** How long a connection may take to open. */
export const OPEN_MS = 4000;

/** Not a byte has been heard for so long that there is nobody there. */
const QUIET_MS = 2 * SYNC_PING_MS;

/**
 * How many WebSockets in a row may fail to open before a connection does without: proxies let
 * nothing through that they do not know. Where one has opened before, it is the server that is away.
 * One that falls silent before it was of use, twice in a row, is as good as none.
 */
const UNOPENED = 2;
const UNOPENED_AFTER_ONE = 6;

export interface LiveConnectionOptions {
  /** What comes before `/api/…`; empty for the origin of the page. */
  readonly url: string;
  readonly environment: ClientEnvironment;
  /** A session begins, which knows nothing: messages may be sent. */
  readonly onOpen: () => void;
  /** @throws for one that cannot be applied. */
  readonly onTransition: (transition: Transition) => void;
  /** The session is over, or none has begun. `failures` are those in a row. */
  readonly onLost: (error: ConvoyError, failures: number) => void;
  readonly onStatus: (status: "connected" | "disconnected") => void;
}

/** Keeps a connection to the server, as long as it is wanted. */
export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  #channel: Channel | null = null;
  #isOpen = false;
  #isWanted = false;
  /** Since something of use has arrived. */
  #failures = 0;
  #unopened = 0;
  #hasOpened = false;
  #heardAt = 0;
  /** For what is waited for: something to be heard, or the next try. */
  #timer: unknown = null;
  #linger: unknown = null;
  #stopWaking: (() => void) | null = null;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
  }

  /** Whether messages may be sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether there is a connection, or will be. */
  get isActive(): boolean {
    return this.#stopWaking !== null;
  }

  want(isWanted: boolean): void {
    if (this.#isWanted === isWanted) return;
    this.#isWanted = isWanted;
    const { clearTimeout, setTimeout, onWake } = this.#options.environment;
    clearTimeout(this.#linger);
    if (!isWanted) {
      this.#linger = setTimeout(() => this.#rest(), LINGER_MS);
    } else if (this.#stopWaking === null) {
      this.#stopWaking = onWake((why) => this.#wake(why));
      this.#connect();
    }
  }

  send(text: string): void {
    this.#channel?.send(text);
  }

  close(): void {
    this.#isWanted = false;
    this.#options.environment.clearTimeout(this.#linger);
    this.#rest();
  }

  #rest(): void {
    this.#end();
    this.#failures = 0;
    this.#stopWaking?.();
    this.#stopWaking = null;
  }

  #end(): void {
    this.#options.environment.clearTimeout(this.#timer);
    this.#channel?.close();
    this.#channel = null;
    this.#isOpen = false;
  }

  #connect(): void {
    const { environment, url } = this.#options;
    const { WebSocket } = environment;
    this.#end();
    const patience = this.#hasOpened ? UNOPENED_AFTER_ONE : UNOPENED;
    const isSocket = WebSocket !== null && this.#unopened < patience;
    // Counts as failed until it is heard of. After the other way, sockets have their turn again.
    this.#unopened = isSocket ? this.#unopened + 1 : UNOPENED - 1;
    this.#await(OPEN_MS);
    const events = {
      onOpen: (): void => {
        this.#isOpen = true;
        this.#options.onOpen();
      },
      onBytes: (): void => this.#noteBytes(),
      onMessage: (text: string): void => this.#hear(text, isSocket),
      onEnd: (code: number | undefined, error?: ConvoyError): void =>
        this.#lose(error ?? this.#unreachable(), code === CLOSE_RESTART),
    };
    try {
      const address = baseUrl(url) + SYNC_PATH;
      this.#channel = isSocket
        ? openWebSocket(WebSocket, webSocketUrl(address), events)
        : openEventStream(environment, address, events);
    } catch (cause) {
      this.#lose(cause instanceof ConvoyError ? cause : this.#unreachable(cause), false);
    }
  }

  #noteBytes(): void {
    this.#heardAt = this.#options.environment.now();
    this.#await(QUIET_MS);
  }

  #hear(text: string, isSocket: boolean): void {
    const { onStatus, onTransition } = this.#options;
    this.#noteBytes();
    try {
      const message = JSON.parse(text) as ServerMessage | null;
      switch (message?.type) {
        case "connected":
          if (isSocket) {
            this.#hasOpened = true;
            this.#unopened = 0;
          }
          return onStatus("connected");
        case "transition":
          onTransition(message);
          this.#failures = 0;
          return;
        case "ping":
          return;
        case "refused":
          return this.#lose(readProblem(message.problem) ?? messageInvalid(), false);
        default:
          throw messageInvalid();
      }
    } catch (cause) {
      this.#lose(messageInvalid(cause), false);
    }
  }

  /** Gives up the connection if nothing is heard for that long. */
  #await(ms: number): void {
    const { clearTimeout, setTimeout } = this.#options.environment;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Nobody hears a socket before the end of a message. A long one may have been on its way.
      if (this.#unopened === 0 && this.#failures > 0) this.#unopened = UNOPENED_AFTER_ONE;
      this.#lose(this.#unreachable(), false);
    }, ms);
  }

  #lose(error: ConvoyError, isRestart: boolean): void {
    const { environment, onLost, onStatus } = this.#options;
    this.#end();
    if (!this.#isWanted) return this.#rest();
    // At once, but no more than once at once.
    const ms = isRestart && this.#failures === 0 ? 0 : null;
    this.#failures++;
    this.#timer = environment.setTimeout(
      () => this.#connect(),
      ms ?? backOffMs(this.#failures, environment.random),
    );
    onStatus("disconnected");
    onLost(error, this.#failures);
  }

  #wake(why: "online" | "visible"): void {
    const isQuiet = this.#options.environment.now() - this.#heardAt > QUIET_MS;
    if (this.#channel === null) this.#connect();
    // Another network: what went over the one before will hear no more, and not be told so.
    else if (why === "online" || (this.#isOpen && isQuiet)) {
      this.#failures = 0;
      this.#lose(this.#unreachable(), true);
    }
  }

  #unreachable(cause?: unknown): ConvoyError {
    return new ConvoyError(
      "network-error",
      `The server${this.#options.url && ` at ${this.#options.url}`} could not be reached for live queries. Check the connection, and that the server runs.`,
      { status: 503, retryable: true, cause },
    );
  }
}
