import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "./scenario.js";

const folder = path.join(import.meta.dirname, "../corpus");

/** The names of the scenarios that are kept. */
export function corpusNames(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
}

export function readScenario(name: string): Scenario {
  return scenarioOf(readFileSync(path.join(folder, name), "utf8"));
}

/** @returns the name that it has from now on; equal scenarios have the same. */
export function keepScenario(scenario: Scenario): string {
  const text = textOf(scenario);
  const name = `found-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.json`;
  writeFileSync(path.join(folder, name), text);
  return name;
}

/**
 * A scenario as JSON. What JSON has no word for is an object with one property: `$date`, `$bigint`,
 * `$bytes`, `$number`, `$undefined`; an object that looks like one is in `$object`.
 */
export function textOf(scenario: Scenario): string {
  return `${JSON.stringify(encode(scenario), null, 2)}\n`;
}

export function scenarioOf(text: string): Scenario {
  return decode(JSON.parse(text)) as Scenario;
}

function encode(value: unknown): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "bigint") return { $bigint: `${value}` };
  if (typeof value === "number") {
    const isJson = Number.isFinite(value) && !Object.is(value, -0);
    return isJson ? value : { $number: Object.is(value, -0) ? "-0" : `${value}` };
  }
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: [...value] };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  const encoded = mapped(value, encode);
  return tagOf(value) === null ? encoded : { $object: encoded };
}

function decode(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== "object" || json === null) return json;
  const inner = Object.values(json)[0] as never;
  switch (tagOf(json)) {
    case "$undefined":
      return undefined;
    case "$bigint":
      return BigInt(inner);
    case "$number":
      return Number(inner);
    case "$date":
      return new Date(inner);
    case "$bytes":
      return Uint8Array.from(inner);
    case "$object":
      return mapped(inner, decode);
    default:
      return mapped(json, decode);
  }
}

/** Not by assignment: a property called `__proto__` would set the prototype. */
function mapped(object: object, map: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function tagOf(object: object): string | null {
  const [name, ...others] = Object.keys(object);
  return name?.startsWith("$") && others.length === 0 ? name : null;
}
