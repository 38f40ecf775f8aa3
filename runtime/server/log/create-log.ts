import { pino } from "pino";
import type { ServerLog } from "./server-log.js";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

/**
 * Nothing of Convoy's writes these. They are here for what a project's own code may hand to the
 * logger, at the top and one level below, where headers and errors of HTTP clients have them.
 */
const secrets = ["authorization", "cookie", "set-cookie", "password", "token", "secret", "apiKey"];

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
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: "[redacted]",
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
