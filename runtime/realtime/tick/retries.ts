import type { LiveQuery } from "../query/live-query.js";
import type { Result } from "../query/result.js";
import type { Clock } from "./clock.js";

const FIRST_RETRY_MS = 5_000;
/** A query that never ends keeps all others waiting while it is tried. */
const MAX_RETRY_MS = 300_000;

interface Retry {
  readonly failures: number;
  readonly timer: unknown;
}

/**
 * Queries that failed for a reason that may pass, such as a table that was locked. What they have read
 * may never change, and nobody else would run them again.
 */
export class Retries {
  readonly #clock: Clock;
  readonly #run: (query: LiveQuery) => void;
  readonly #retries = new Map<LiveQuery, Retry>();

  /** @param run called when it is time for a query. */
  constructor(clock: Clock, run: (query: LiveQuery) => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** A query has run. */
  note(query: LiveQuery, result: Result): void {
    const failures = (this.#retries.get(query)?.failures ?? 0) + 1;
    this.forget(query);
    if (!mayPass(result)) return;
    const ms = retryMs(failures, this.#clock.random());
    const timer = this.#clock.setTimeout(() => this.#run(query), ms);
    this.#retries.set(query, { failures, timer });
  }

  /** Nobody watches it any more, or it is well again. */
  forget(query: LiveQuery): void {
    this.#clock.clearTimeout(this.#retries.get(query)?.timer);
    this.#retries.delete(query);
  }
}

/** Too little time, room or quiet: what answers that is status 503, 504 or 507. */
function mayPass(result: Result): boolean {
  return result.kind === "error" && (result.problem.retryable || result.problem.status > 502);
}

/** After failure `count`, from 1: 2.5–5 s, 5–10 s, … 2.5–5 min. */
function retryMs(count: number, random: number): number {
  return (Math.min(FIRST_RETRY_MS * 2 ** (count - 1), MAX_RETRY_MS) * (1 + random)) / 2;
}
