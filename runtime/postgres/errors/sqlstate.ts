/** What of an error of `pg` decides how it is told. Postgres's detail and hint hold values: never read. */
export interface PostgresError {
  /** A SQLSTATE, or a code of the operating system such as `ECONNRESET`. */
  readonly code: string;
  readonly message: string;
  readonly schema?: string;
  readonly table?: string;
  readonly constraint?: string;
}

/** What an error says of the transaction that it ended. */
export type Failure =
  /** Another transaction got in the way: the same work may succeed. */
  | "conflict"
  /** The connection is gone, or of no use any more, and with it what was not committed. */
  | "lost"
  /** The tables have changed under a prepared statement: another connection knows them as they are. */
  | "stale-plan"
  | "other";

// 25P03 and 25P04 end the connection too, but the same work would idle as long the next time.
const lostStates = new Set(["57P01", "57P02", "57P03", "57P05"]);
const lostErrnos = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  // A server that restarts has no socket file for a moment.
  "ENOENT",
]);
/** `pg` has no codes of its own. */
const lostMessages =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout expired)/;

/** The words of one that takes no writes, and has no change log to read. */
const standbyMessages = /(?:in a hot standby|during recovery)$/;

/** The parts of an error that Postgres, the operating system or `pg` reports. */
export function postgresError(error: unknown): PostgresError {
  const { code, message, schema, table, constraint } = error as Partial<PostgresError>;
  return {
    code: typeof code === "string" ? code : "",
    message: typeof message === "string" ? message : "",
    ...(typeof schema === "string" && { schema }),
    ...(typeof table === "string" && { table }),
    ...(typeof constraint === "string" && { constraint }),
  };
}

/** How the transaction failed that this error ended. */
export function failureOf(error: unknown): Failure {
  const { code, message } = postgresError(error);
  if (code === "40001" || code === "40P01") return "conflict";
  // A protocol violation is most often a statement with too few parameters, on a sound connection.
  if (code === "08P01") return isOfPooler(error) ? "lost" : "other";
  if (code.startsWith("08") || lostStates.has(code) || lostErrnos.has(code)) return "lost";
  if (code === "" && lostMessages.test(message)) return "lost";
  if (isOfStandby(error)) return "lost";
  if (code === "0A000" && message.includes("cached plan")) return "stale-plan";
  return "other";
}

/**
 * Whether PgBouncer has ended the connection, which knows no other code: the server behind it is away, or
 * had no connection free in time. What it does not take at the start, it will not take the next time.
 */
function isOfPooler(error: unknown): boolean {
  const { severity, message = "" } = error as { readonly severity?: string; message?: string };
  return severity === "FATAL" && !message.includes("startup parameter");
}

/**
 * Whether the connection leads to a standby. After a failover that may be the primary of before, until
 * its name leads to the new one: only another connection gets there.
 */
export function isOfStandby(error: unknown): boolean {
  const { code, message } = postgresError(error);
  return code === "0A000" && standbyMessages.test(message);
}
