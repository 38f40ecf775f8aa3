import { ConvoyError } from "../../../protocol/errors.js";

/** What a log keeps of an error. */
export interface ErrorRecord {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  /** Of Postgres: names of tables and the like, never values. */
  readonly postgres?: Readonly<Record<string, string>>;
  readonly cause?: ErrorRecord;
  readonly errors?: readonly ErrorRecord[];
}

const MAX_CAUSES = 5;
const MAX_ERRORS = 3;
const MAX_TEXT = 8192;

/** What Postgres says of itself. Its detail, hint, context and internal query hold values or SQL. */
const harmlessFields = [
  "severity",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "routine",
];

/**
 * An error for the log: by name, so that nothing else that hangs on it (a request with its headers, a
 * statement with its parameters) gets there.
 */
export function errorRecord(error: unknown): ErrorRecord {
  try {
    return recordOf(error, 0);
  } catch {
    // A getter of somebody's that throws.
    return { type: "thrown", message: "What was thrown cannot be read" };
  }
}

function recordOf(error: unknown, depth: number): ErrorRecord {
  if (!(error instanceof Error)) {
    const text = typeof error === "string" ? `: ${error}` : "";
    return { type: "thrown", message: `A ${nameOf(error)} was thrown${cut(text)}` };
  }
  const { code, cause, errors } = error as Error & {
    readonly code?: unknown;
    readonly errors?: unknown;
  };
  const postgres = postgresFields(error);
  return {
    type: text(error.name),
    message: postgres === null ? cut(text(error.message)) : postgresMessage(error.message, code),
    ...(typeof code === "string" && { code }),
    // The stack begins with the message, and shows only how `pg` reads.
    ...(postgres === null && typeof error.stack === "string" && { stack: cut(error.stack) }),
    ...(postgres !== null && { postgres }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: recordOf(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < MAX_CAUSES && {
        errors: errors.slice(0, MAX_ERRORS).map((inner) => recordOf(inner, depth + 1)),
      }),
  };
}

/** `null` where the error is none of Postgres's own. */
function postgresFields(error: Error): Readonly<Record<string, string>> | null {
  if (error instanceof ConvoyError || !("severity" in error) || !("routine" in error)) return null;
  const fields = harmlessFields.map((name) => [name, (error as never)[name]] as const);
  return Object.fromEntries(fields.filter(([, value]) => typeof value === "string"));
}

/** Of data that does not fit (class 22), the message quotes the data. */
function postgresMessage(message: string, code: unknown): string {
  return typeof code === "string" && code.startsWith("22")
    ? "(left out: it quotes a value)"
    : cut(message);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "value that is no Error" : typeof value;
}

/** An error may have been given anything. */
function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
