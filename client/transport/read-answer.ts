import { ConvoyError } from "../../protocol/errors.js";
import type { ProblemBody, ValueBody } from "../../protocol/http.js";
import { decodeWire } from "../../protocol/wire-value.js";
import type { FunctionCall } from "./transport.js";

/** What proxies answer when the server behind them is away for a moment. */
export const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * The result in a server's answer.
 *
 * @throws {ConvoyError} the error that the server answered with, or `bad-response`.
 */
export function readAnswer(
  call: FunctionCall,
  { ok, status }: { readonly ok: boolean; readonly status: number },
  text: string,
): unknown {
  let problem: ConvoyError | null = null;
  let cause: unknown;
  try {
    const body = JSON.parse(text) as Partial<ValueBody> | null;
    if (ok && body?.value !== undefined) return decodeWire(body.value);
    if (!ok) problem = readProblem(body, status);
  } catch (error) {
    cause = error;
  }
  throw problem ?? badResponse(call, status, cause);
}

/**
 * The error that a problem document stands for; null for what is none.
 *
 * @throws {ConvoyError} `value-not-decodable` for data that stand for nothing.
 */
export function readProblem(body: unknown, answered?: number): ConvoyError | null {
  const { code, detail, retryable, data, status } = (body ?? {}) as Partial<ProblemBody>;
  if (typeof code !== "string" || typeof detail !== "string") return null;
  return new ConvoyError(code, detail, {
    status: answered ?? Number(status),
    retryable: retryable === true,
    data: decodeWire(data),
  });
}

function badResponse({ kind, name }: FunctionCall, status: number, cause: unknown): ConvoyError {
  return new ConvoyError(
    "bad-response",
    `The answer to the ${kind} "${name}" (status ${status}) is not from a Convoy server. Check the client's url, and the proxies behind it.`,
    { status, retryable: PASSING_STATUSES.has(status), cause },
  );
}
