/** A project that cannot be opened at all: the message says why, and what to do. */
export class ConvoyProjectError extends Error {
  override readonly name: string = "ConvoyProjectError";
  /** Stable: `CV0001`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
