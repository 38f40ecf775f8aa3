import { Client } from "pg";
import { ConvoyError } from "../../protocol/errors.js";
import { databaseError } from "../../runtime/postgres/errors/database-error.js";
import { failureOf, postgresError } from "../../runtime/postgres/errors/sqlstate.js";

/** How long a server may take to answer: one that wakes up for it needs some seconds. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Why there is no connection to a database. It names the server, and never the password. */
export interface ConnectFailure {
  readonly code: string;
  readonly message: string;
  /** What to do; `null` where the message says it. */
  readonly fix: string | null;
}

export function connectFailure(url: string, error: unknown): ConnectFailure {
  const { host, port } = new Client({ connectionString: url });
  const server = `${host}:${port}`;
  const { code, message } = databaseError(error, "connect");
  if (failureOf(error) !== "lost") return { code, message: `At ${server}: ${message}`, fix: null };
  const state = postgresError(error).code;
  return {
    code,
    message: `No Postgres answers at ${server}${state && ` (${state})`}.`,
    fix: "Start it, or name another server in DATABASE_URL.",
  };
}

/** The same as an error. */
export function connectError(url: string, cause: unknown): ConvoyError {
  const { code, message, fix } = connectFailure(url, cause);
  return new ConvoyError(code, fix === null ? message : `${message} ${fix}`, { cause });
}
