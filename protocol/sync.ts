import type { ProblemBody } from "./http.js";
import type { WireJson } from "./wire-value.js";

/**
 * Where live queries are served. A WebSocket of the subprotocol `SYNC_PROTOCOL` carries messages as
 * text frames of JSON, both ways.
 *
 * Where there is no WebSocket to be had, `GET` with `accept: text/event-stream` answers with the
 * server's messages as events, the first of which is `connected`; the client's messages are the
 * bodies of `POST /api/sync?session=<session>`, of whatever type, one request after the other, answered
 * by 204, or by 404 with the code `sync-session-not-found` when the session is over.
 */
export const SYNC_PATH = "/api/sync";

export const SYNC_PROTOCOL = "convoy-sync-1";

/** The most that a client may send at once, in bytes. */
export const MAX_SYNC_BYTES: number = 1024 * 1024;

/** The server is never quiet for longer than this; twice as much, and the connection is lost. */
export const SYNC_PING_MS = 15_000;

/** The server stops, or takes other code: come back at once. */
export const CLOSE_RESTART = 1012;
/** The client broke the protocol, or a limit; the reason is a code. */
export const CLOSE_REFUSED = 1008;

/** What a client sends at once: taken in order, all of it before the next tick. */
export type ClientMessages = readonly ClientMessage[];

export type ClientMessage =
  /** The first message of a session. The id is that of the client's mutations. */
  | { readonly type: "connect"; readonly clientId: string }
  /**
   * Its results are to be sent, now and whenever they change. Of a query that is unwatched and watched
   * again at once, an error is not sent again: it runs.
   */
  | { readonly type: "watch"; readonly queries: readonly WatchedQueryMessage[] }
  | { readonly type: "unwatch"; readonly ids: readonly number[] }
  /**
   * The mutation of this number was answered: send a transition that has its effect, and says so.
   * Not needed where one has said so already. A server that ran the mutation itself need not be told.
   */
  | { readonly type: "settle"; readonly mutation: number };

export interface WatchedQueryMessage {
  /** The client's name for it, which no other query of the session ever had. */
  readonly id: number;
  readonly name: string;
  /** The wire form of the arguments. */
  readonly args: WireJson;
  /** Of the result that the client has from before: it is not sent again if it is still the result. */
  readonly hash?: string;
}

export type ServerMessage =
  | { readonly type: "connected"; readonly session: string }
  | Transition
  /** Nothing has happened. */
  | { readonly type: "ping" }
  /** Before the connection is closed for something that the client did. */
  | { readonly type: "refused"; readonly problem: ProblemBody };

/**
 * From one snapshot of the database to a later one. What is not among the changes is the same in
 * both, so all that a client shows is of one snapshot.
 */
export interface Transition {
  readonly type: "transition";
  /** This and all earlier mutations of the client have their effect in every result from here on. */
  readonly mutation?: number;
  readonly changes: readonly QueryChange[];
}

/** What became of one query. Exactly one of `value`, `delta`, `error` is there, or none of them. */
export interface QueryChange {
  readonly id: number;
  /** The result, in wire form. */
  readonly value?: WireJson;
  /** How the list that was sent last becomes the new one. */
  readonly delta?: ListDelta;
  /** Why there is no result. The next one is sent whole. */
  readonly error?: ProblemBody;
  /** Of the result; alone, it says that the result is the one whose hash the client sent. */
  readonly hash?: string;
}

/**
 * A new list, part by part: `[start, count]` stands for so many elements of the old list, and an
 * object is an element itself. Lists whose elements are objects with an `_id` are sent like this
 * where it is shorter.
 */
export type ListDelta = readonly (
  | readonly [start: number, count: number]
  | { readonly [name: string]: WireJson }
)[];
