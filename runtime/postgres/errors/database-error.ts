import { ConvoyError, type ConvoyErrorOptions } from "../../../protocol/errors.js";
import { failureOf, isOfStandby, type PostgresError, postgresError } from "./sqlstate.js";
import { type UniqueIndexLookup, violation } from "./violation.js";

/** What was under way when an error came. */
export type ErrorOrigin =
  /** A statement of Convoy's. */
  | "statement"
  /** A statement that a person wrote. */
  | "raw"
  | "connect";

interface Known {
  readonly code: string;
  readonly message: string;
  readonly options?: ConvoyErrorOptions;
}

const busy: ConvoyErrorOptions = { status: 503, retryable: true };

const standby: Known = {
  code: "database-is-standby",
  message:
    "The database is a standby, which takes no writes. After a failover it may be tried again; else let DATABASE_URL name the primary.",
  options: busy,
};

/** What means the same wherever it comes from. */
const known: Readonly<Record<string, Known>> = {
  ...fill(["22021", "22P05"], {
    code: "text-not-storable",
    message: "A text holds a character that Postgres cannot store, such as NUL. Remove it.",
    options: { status: 400 },
  }),
  "53100": {
    code: "database-disk-full",
    message: "The disk of the database is full, so nothing was written. Make room on it.",
    options: { status: 507 },
  },
  "53200": {
    code: "database-out-of-memory",
    message: "The database has no memory left for this. Nothing was written.",
    options: busy,
  },
  "53300": {
    code: "database-too-many-connections",
    message:
      "The database takes no more connections. Make the pool smaller, or raise max_connections.",
    options: busy,
  },
  "53400": {
    code: "database-limit-reached",
    message: "A configured limit of the database is reached. Nothing was written.",
    options: busy,
  },
  "25P03": {
    code: "transaction-idle-too-long",
    message:
      "A query or mutation waited too long between two of its statements, and Postgres ended its transaction. Do slow work in an action, and call queries and mutations from it.",
    options: { status: 504 },
  },
  "25P04": {
    code: "transaction-timeout",
    message:
      "A query or mutation took longer than the database allows for a transaction. Do less in one.",
    options: { status: 504 },
  },
  "57014": {
    code: "statement-timeout",
    message:
      "A statement took longer than the database allows, and was cancelled. Read less, or through an index.",
    options: { status: 504 },
  },
  "55P03": {
    code: "lock-timeout",
    message: "A statement waited too long for what another one had locked, and gave up.",
    options: busy,
  },
  "25006": {
    code: "write-in-query",
    message: "A query tried to write. Only mutations can: make it a mutation.",
    options: { status: 400 },
  },
  "42501": {
    code: "database-permission-denied",
    message:
      "The database user may not do this. Grant it the rights on the schema of the project, or connect as its owner.",
  },
  "28000": {
    code: "database-login-failed",
    message:
      "The database refused the user of DATABASE_URL. Check the user and pg_hba.conf; where only encrypted connections are taken, add sslmode=require.",
  },
  "28P01": {
    code: "database-login-failed",
    message: "The database refused the password of DATABASE_URL.",
  },
  "3D000": {
    code: "database-missing",
    message: "The database that DATABASE_URL names is not there. Create it, or correct the name.",
  },
  "54001": {
    code: "statement-too-complex",
    message: "A statement is too complex for Postgres. Split it.",
    options: { status: 400 },
  },
};

/** What only Convoy's own statements mean by it. */
const knownOfStatements: Readonly<Record<string, Known>> = {
  ...fill(["42P01", "42703", "42704", "42883", "3F000"], {
    code: "schema-out-of-step",
    message:
      "The tables of the database are not those of the schema. Run `convoy dev`, or `convoy deploy` in production.",
  }),
  ...fill(["22P02", "22003", "22007", "22008", "22P03", "22023"], {
    code: "value-does-not-fit",
    message:
      "A stored value does not have the type that its field has in the schema; plain SQL may have written it. See docs/storage.md for how to find it.",
    options: { status: 400 },
  }),
};

/**
 * SQLSTATEs whose primary message names tables, columns, types and functions, but never holds a
 * value: a person who wrote the statement needs it, and nobody else learns anything from it.
 */
const harmlessMessages = new Set(
  "08P01 0A000 22012 25001 2BP01 3F000 42P01 42P02 42P07 42P10 42P18 42701 42702 42703 42704 42710 42725 42803 42804 42809 42846 42883 55006".split(
    " ",
  ),
);

/**
 * What went wrong in the database, as Convoy tells it: a stable code, and a message without SQL and
 * without values. The original is its cause, for the server's log.
 */
export function databaseError(
  error: unknown,
  origin: ErrorOrigin,
  uniqueIndex: UniqueIndexLookup = () => undefined,
): ConvoyError {
  if (error instanceof ConvoyError) return error;
  const postgres = postgresError(error);
  const told = known[postgres.code];
  if (told !== undefined) return tell(told, error);
  switch (failureOf(error)) {
    case "lost":
      return isOfStandby(error) ? tell(standby, error) : connectionLost(error);
    case "conflict":
    case "stale-plan":
      return conflict(error);
    default:
  }
  const violated = violation(postgres, uniqueIndex, error);
  if (violated !== null) return violated;
  if (postgres.code === "54000" && postgres.message.startsWith("index row"))
    return keyTooLong(postgres, uniqueIndex, error);
  if (origin === "raw") return rawError(postgres, error);
  const ofStatement = knownOfStatements[postgres.code];
  if (ofStatement !== undefined) return tell(ofStatement, error);
  if (origin === "connect") return notReached(postgres, error);
  return new ConvoyError(
    "database-error",
    `The database refused a statement of Convoy's${stateOf(postgres)}. The server's log has the original error.`,
    { cause: error },
  );
}

function notReached(error: PostgresError, cause: unknown): ConvoyError {
  // The words of `pg`, which has no codes.
  if (error.message.includes("client password must be a")) {
    return new ConvoyError(
      "database-login-failed",
      "The database asks for a password, and DATABASE_URL has none.",
      { cause },
    );
  }
  return new ConvoyError(
    "database-not-reached",
    `No connection to the database could be made${stateOf(error)}. ${whatToDo(error)}`,
    // The name of a container goes while it starts anew, and that of a server while it fails over.
    { ...(error.code === "ENOTFOUND" && busy), cause },
  );
}

function whatToDo({ code, message }: PostgresError): string {
  if (message.startsWith("The server does not support SSL"))
    return "The server takes none that is encrypted: leave out sslmode in DATABASE_URL, or turn on TLS there.";
  if (/CERT|^UNABLE_TO_/.test(code))
    return "The certificate of the server is not trusted for this host: name that of its authority in DATABASE_URL (sslrootcert=/path/to/ca.pem), and the host as the certificate has it.";
  return "Check DATABASE_URL, and that the server runs.";
}

/** Whatever was under way did not happen, except for a COMMIT whose answer was lost. */
function connectionLost(cause: unknown): ConvoyError {
  return new ConvoyError(
    "database-connection-lost",
    "The connection to the database was lost. Nothing was written; it may be tried again.",
    { ...busy, cause },
  );
}

function conflict(cause: unknown): ConvoyError {
  return new ConvoyError(
    "transaction-conflict",
    "Another transaction changed what this one has read or written. It may be tried again.",
    { ...busy, cause },
  );
}

function keyTooLong(
  error: PostgresError,
  uniqueIndex: UniqueIndexLookup,
  cause: unknown,
): ConvoyError {
  const named = error.constraint === undefined ? undefined : uniqueIndex(error.constraint);
  const place =
    named !== undefined
      ? ` of index "${named.index}" of table "${named.table}"`
      : error.constraint === undefined
        ? ""
        : ` of index "${error.constraint}"`;
  return new ConvoyError(
    "index-key-too-long",
    `The values of one document's fields make a key${place} that is longer than Postgres can index (about 2,700 bytes). Shorten them, or index a shorter field.`,
    { status: 400, cause },
  );
}

function rawError(error: PostgresError, cause: unknown): ConvoyError {
  const reason = harmlessMessages.has(error.code) ? `: ${error.message}` : "";
  return new ConvoyError(
    "sql-error",
    `Postgres refused the SQL of this function${stateOf(error)}${reason}. The server's log has the original error.`,
    { cause },
  );
}

/** What a person can look up: Postgres has codes of five, and none begins with the E of an errno. */
function stateOf({ code }: PostgresError): string {
  if (code === "") return "";
  return /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? ` (SQLSTATE ${code})` : ` (${code})`;
}

function tell({ code, message, options }: Known, cause: unknown): ConvoyError {
  return new ConvoyError(code, message, { ...options, cause });
}

function fill(states: readonly string[], told: Known): Record<string, Known> {
  return Object.fromEntries(states.map((state) => [state, told]));
}
