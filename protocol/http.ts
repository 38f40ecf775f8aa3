import type { FunctionKind } from "./function-reference.js";

/**
 * How a function is called: `POST /api/<kind>/<name>` with the wire form of its arguments as JSON.
 * The answer is `{ "value": … }`, in wire form too, or a problem document of RFC 9457.
 */
export function functionPath(kind: FunctionKind, name: string): string {
  return `/api/${kind}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** The media type of arguments and values. */
export const JSON_TYPE = "application/json";

/** The media type of errors. */
export const PROBLEM_TYPE = "application/problem+json";

/**
 * Who sends a mutation, and which of its mutations it is: a server applies it once, however often
 * it arrives. Both are 1 to 128 printable ASCII characters.
 */
export const CLIENT_ID_HEADER = "convoy-client-id";
export const MUTATION_ID_HEADER = "convoy-mutation-id";

/**
 * How long a client may send a mutation again whose outcome it does not know: a weekend, and less than a
 * server remembers.
 */
export const MUTATION_RESEND_MS: number = 3 * 24 * 60 * 60 * 1000;

/** The body of an answer that is no error. */
export interface ValueBody {
  readonly value: unknown;
}

/** The body of an error: a problem document, with the members that Convoy adds. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened, where, and what to do. */
  readonly detail: string;
  /** The `code` of a `ConvoyError`. */
  readonly code: string;
  readonly retryable: boolean;
  /** Finds the error in the server's log, where its cause is not for clients. */
  readonly errorId?: string;
  /** What a handler gave its error to say more, in wire form. */
  readonly data?: unknown;
}
