import { ConvoyError } from "../../protocol/errors.js";
import { isOriginRule } from "./http/origins.js";
import { type LogLevel, logLevels } from "./log/create-log.js";

/** What the environment says of a server; see docs/server.md. */
export interface ServerSettings {
  readonly port: number | null;
  readonly host: string | null;
  readonly logLevel: LogLevel | null;
  readonly allowedOrigins: readonly string[];
  readonly databaseConnections: number | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws {ConvoyError} `invalid-setting`, which names the variable. */
export function readServerSettings(env: Variables): ServerSettings {
  return {
    port: wholeNumber(env, "PORT", 0, 65_535),
    host: env["HOST"] || null,
    logLevel: logLevel(env),
    allowedOrigins: origins(env),
    databaseConnections: wholeNumber(env, "CONVOY_DATABASE_CONNECTIONS", 1, 1_000),
  };
}

/** @throws {ConvoyError} `invalid-setting` for what is no port. */
export function parsePort(text: string, name: string): number {
  return parseWholeNumber(text, name, 0, 65_535);
}

function wholeNumber(env: Variables, name: string, least: number, most: number): number | null {
  const text = env[name];
  return text === undefined || text === "" ? null : parseWholeNumber(text, name, least, most);
}

function parseWholeNumber(text: string, name: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw invalid(name, `a whole number from ${least} to ${most}`);
}

function logLevel(env: Variables): LogLevel | null {
  const text = env["CONVOY_LOG_LEVEL"];
  if (text === undefined || text === "") return null;
  const level = logLevels.find((known) => known === text.toLowerCase());
  if (level === undefined) throw invalid("CONVOY_LOG_LEVEL", `one of ${logLevels.join(", ")}`);
  return level;
}

function origins(env: Variables): readonly string[] {
  const entries = (env["CONVOY_ALLOWED_ORIGINS"] ?? "").split(/[\s,]+/).filter((part) => part);
  for (const entry of entries) {
    if (isOriginRule(entry)) continue;
    throw invalid(
      "CONVOY_ALLOWED_ORIGINS",
      "a list of origins such as https://app.example.com or http://localhost:*, with commas between",
    );
  }
  return entries;
}

function invalid(name: string, wanted: string): ConvoyError {
  return new ConvoyError(
    "invalid-setting",
    `${name} is not ${wanted}. Correct it, or leave it out.`,
  );
}
