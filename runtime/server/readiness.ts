import { ConvoyError } from "../../protocol/errors.js";
import type { ServerLog } from "./log/server-log.js";
import { errorRecord } from "./log/error-record.js";

export interface ReadinessOptions {
  /** Rejects where the database cannot be reached, or does not fit the code. */
  readonly check: () => Promise<void>;
  readonly log: ServerLog;
  /** The time in ms. */
  readonly now?: () => number;
}

/** How long an answer stands: probes and watching share one look at the database. */
const ANSWER_MS = 1_000;
/** A database that says nothing for so long is none. */
const PATIENCE_MS = 5_000;
const WATCH_READY_MS = 5_000;
const WATCH_UNREADY_MS = 1_000;

/** Whether the server can do its work; tells the log once when that changes. */
export class Readiness implements Disposable {
  readonly #options: ReadinessOptions;
  readonly #now: () => number;
  #problem: Promise<ConvoyError | null> | null = null;
  /** When the last look ended. */
  #lookedAt = Number.POSITIVE_INFINITY;
  #told: string | null | undefined = undefined;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** What keeps the server from its work; `null` for nothing. */
  problem(): Promise<ConvoyError | null> {
    if (this.#problem === null || this.#now() - this.#lookedAt >= ANSWER_MS) {
      this.#lookedAt = Number.POSITIVE_INFINITY;
      this.#problem = this.#look();
    }
    return this.#problem;
  }

  /** Looks again and again, so that the log has it when the database goes and comes. */
  watch(): void {
    void this.problem().then((problem) => {
      if (this.#stopped) return;
      const delay = problem === null ? WATCH_READY_MS : WATCH_UNREADY_MS;
      this.#timer = setTimeout(() => this.watch(), delay).unref();
    });
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #look(): Promise<ConvoyError | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noAnswer()), PATIENCE_MS).unref();
    });
    let problem: ConvoyError | null = null;
    try {
      await Promise.race([this.#options.check(), late]);
    } catch (error) {
      problem = asConvoyError(error);
    } finally {
      clearTimeout(timer);
    }
    this.#lookedAt = this.#now();
    this.#tell(problem);
    return problem;
  }

  #tell(problem: ConvoyError | null): void {
    const code = problem?.code ?? null;
    const before = this.#told;
    if (code === before || this.#stopped) return;
    this.#told = code;
    const { log } = this.#options;
    if (problem !== null) {
      log.error({ code, error: errorRecord(problem) }, `not ready: ${problem.message}`);
    } else if (before !== undefined) {
      log.info({}, "ready again: the database is there, and fits");
    }
  }
}

function noAnswer(): ConvoyError {
  return new ConvoyError(
    "database-no-answer",
    `The database did not answer within ${PATIENCE_MS / 1000} seconds. Check that it is not overloaded, and that the network lets through what it says.`,
    { status: 503, retryable: true },
  );
}

function asConvoyError(error: unknown): ConvoyError {
  if (error instanceof ConvoyError) return error;
  return new ConvoyError("not-ready", "The server cannot do its work; its log says why.", {
    cause: error,
  });
}
