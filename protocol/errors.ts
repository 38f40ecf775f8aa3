export interface ConvoyErrorOptions extends ErrorOptions {
  /** The HTTP status that a server answers with. */
  readonly status?: number;
  /** Whether the same request may succeed when it is sent again unchanged. */
  readonly retryable?: boolean;
  /** More about the error for programs: a client gets it as it is, dates and bigints included. */
  readonly data?: unknown;
}

/** On every error of every copy of this module. */
const brand = Symbol.for("convoy.error");

/**
 * What Convoy reports, on the server and in clients. Its message says what happened, where, and
 * what to do; its code is stable, so that programs can tell errors apart. `instanceof` knows the
 * errors of other copies of Convoy too: a bundle may hold one of its own.
 */
export class ConvoyError extends Error {
  override readonly name: string = "ConvoyError";
  /** Stable, in kebab-case: `postgres-folder-in-use`. */
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly data: unknown;

  constructor(code: string, message: string, options: ConvoyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 500;
    this.retryable = options.retryable ?? false;
    this.data = options.data;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that extends this one has instances of its own.
    if (this !== ConvoyError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}
