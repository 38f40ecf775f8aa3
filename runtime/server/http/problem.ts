import { randomUUID } from "node:crypto";
import { STATUS_CODES, type ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import { PROBLEM_TYPE, type ProblemBody } from "../../../protocol/http.js";
import { encodeWire, type WireJson } from "../../../protocol/wire-value.js";

/** An error as a client gets it, and what the log should have of it. */
export interface Problem {
  readonly body: ProblemBody;
  /** The client was told only an id, or the server is at fault: the log must have the rest. */
  readonly isFault: boolean;
}

export interface ProblemOptions {
  /** Whether the client is told in words what only a developer should read. */
  readonly development: boolean;
}

/** What the server was not made for is not its fault. */
const NOT_IMPLEMENTED = 501;

/** Their messages tell of the inside: Postgres's own words, or what a handler's result is made of. */
const insideCodes = new Set(["sql-error", "invalid-result", "value-not-encodable"]);

/**
 * What a client is told of an error. A `ConvoyError` is told as it is, without its cause; anything
 * else a handler throws may say anything, so the client gets an id by which to find it in the log.
 */
export function problemOf(error: unknown, { development }: ProblemOptions): Problem {
  if (!(error instanceof ConvoyError)) {
    const errorId = randomUUID();
    const reason = development && error instanceof Error ? ` ${error.name}: ${error.message}` : "";
    const detail = `The function failed. The server's log says why, under the id ${errorId}.${reason}`;
    return { body: bodyOf("internal-error", 500, detail, { errorId }), isFault: true };
  }
  const status = statusOf(error);
  const isFault = status >= 500 && status !== NOT_IMPLEMENTED && !error.retryable;
  const errorId = isFault ? randomUUID() : undefined;
  const inside = insideCodes.has(error.code) && !development;
  const detail = inside
    ? `The function failed (${error.code}). The server's log says why${errorId === undefined ? "" : `, under the id ${errorId}`}.`
    : error.message;
  const data = wireData(error.data);
  const body = bodyOf(error.code, status, detail, {
    retryable: error.retryable,
    ...(errorId !== undefined && { errorId }),
    ...(data !== undefined && { data }),
  });
  return { body, isFault };
}

function bodyOf(
  code: string,
  status: number,
  detail: string,
  more: Partial<Pick<ProblemBody, "retryable" | "errorId" | "data">>,
): ProblemBody {
  const type = `urn:convoy:error:${encodeURIComponent(code)}`;
  const title = STATUS_CODES[status] ?? "Error";
  return { type, title, status, detail, code, retryable: false, ...more };
}

/** A handler may give its error any number. */
function statusOf({ status }: ConvoyError): number {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}

function wireData(data: unknown): WireJson | undefined {
  if (data === undefined) return undefined;
  try {
    return encodeWire(data);
  } catch {
    // The error itself matters more.
    return undefined;
  }
}

/** Seconds after which what was refused for now may be sent again. */
const RETRY_AFTER_S = "1";

/** Answers with a problem, unless an answer is under way or nobody is there any more. */
export function sendProblem(response: ServerResponse, body: ProblemBody): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.statusCode = body.status;
  response.setHeader("content-type", PROBLEM_TYPE);
  response.setHeader("content-length", Buffer.byteLength(text));
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  if (body.status === 503 && body.retryable) response.setHeader("retry-after", RETRY_AFTER_S);
  response.end(text);
}
