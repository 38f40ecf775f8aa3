import { pino } from "pino";
import { redact } from "./redact.js";
import type { ServerLog } from "./server-log.js";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Where the lines go: standard output. */
  readonly destination?: { write(line: string): void };
}

/** A logger of one JSON object a line. */
export function createLog({ level, destination }: LogOptions): ServerLog {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redact },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
