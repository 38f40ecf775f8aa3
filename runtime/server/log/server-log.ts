/** Takes a record and the words for it: what `pino`, and most loggers like it, can do. */
type Write = (fields: object, message: string) => void;

/** Where a server writes what happens. A `pino` logger is one. */
export interface ServerLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
}
