import { WAKES_SETTING } from "../schema/change-triggers.js";
import type { ResolvedPoolOptions } from "./pool-options.js";

/** A setting of Postgres; neither name nor value has a space or a quote. */
type Setting = readonly [name: string, value: string];

/**
 * Makes Postgres serve ranges from indexes, in their order: a sequential scan or a bitmap would take
 * predicate locks on a whole table, and a sort hides which keys were read. Set for the session,
 * since the plan of a named statement stays as it was made.
 */
const indexScansOnly: readonly Setting[] = [
  ["enable_seqscan", "off"],
  ["enable_bitmapscan", "off"],
  ["enable_sort", "off"],
  // Else a unique index, which does not end in the id, is sorted where the other one is in order.
  ["enable_incremental_sort", "off"],
];

/** Statements are short: compiling one costs more than it saves. */
const common: readonly Setting[] = [
  ...indexScansOnly,
  ["jit", "off"],
  ["DateStyle", "ISO"],
  ["TimeZone", "UTC"],
  ["bytea_output", "hex"],
  ["extra_float_digits", "1"],
];

/**
 * A statement outside a transaction cannot write. BEGIN and the first statement are sent together;
 * should BEGIN fail, the statement must not commit by itself.
 */
const ofSession: readonly Setting[] = [
  ["default_transaction_read_only", "on"],
  ["client_encoding", "UTF8"],
  // A server that lost its client must not hold the client's locks for two hours.
  ["tcp_keepalives_idle", "30"],
  ["tcp_keepalives_interval", "10"],
  ["tcp_keepalives_count", "3"],
  // Proves that the settings have arrived: some poolers drop them without a word.
  ["convoy.session", "on"],
];

/** Whether a connection has the settings; for the first statement on it. */
export const markerSql = "select current_setting('convoy.session', true)";

/** The `options` of the startup message. */
export function startupOptions(options: ResolvedPoolOptions): string {
  return [...common, ...ofPool(options), ...ofSession]
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

/** The same for one transaction, where a pooler does not let the startup message set it. */
export function localSettings(options: ResolvedPoolOptions): string {
  return [...common, ...ofPool(options)]
    .map(([name, value]) => `; set local ${name} = ${value}`)
    .join("");
}

/** Lets the planner choose, for a person's own SQL. */
export const plannerOn: string = setPlanner("on");

/** Takes it back. */
export const plannerOff: string = setPlanner("off");

function setPlanner(value: string): string {
  return indexScansOnly.map(([name]) => `set local ${name} = ${value}`).join("; ");
}

function ofPool(options: ResolvedPoolOptions): readonly Setting[] {
  return [
    ["statement_timeout", String(options.statementTimeoutMs)],
    ["idle_in_transaction_session_timeout", String(options.idleInTransactionTimeoutMs)],
    ...(options.wakes ? [[WAKES_SETTING, "on"] as const] : []),
  ];
}
