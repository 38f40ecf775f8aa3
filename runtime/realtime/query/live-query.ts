import type { ReadSet } from "../read-set/read-set.js";
import type { Result } from "./result.js";

/** A query with its arguments that somebody watches; one for all who watch the same. */
export interface LiveQuery {
  readonly key: string;
  readonly name: string;
  /** As values; `undefined` stands for none. */
  readonly args: unknown;
  /** Of the last tick in which it ran; `null` before the first. */
  result: Result | null;
  reads: ReadSet | null;
  /** One of its statements has failed: it runs where that does not end the snapshot for the others. */
  isGuarded: boolean;
  /** Its watches. */
  readonly watches: Set<Watch>;
}

/** One client's interest in a query. */
export interface Watch {
  /** The client's name for it. */
  readonly id: number;
  readonly query: LiveQuery;
  /** What the client has; `null` before it was sent anything, and after an error. */
  sent: Result | null;
  /** Of the result that the client has from before this session. */
  knownHash: string | undefined;
  /** Whether a tick has begun and ended since: results from before are too old for it. */
  hasJoined: boolean;
}
