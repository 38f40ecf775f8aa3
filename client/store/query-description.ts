import { type FunctionReference, getFunctionName } from "../../protocol/function-reference.js";
import { decodeWire, encodeWire, type WireJson } from "../../protocol/wire-value.js";

/** A query with its arguments. */
export interface QueryDescription {
  /** Equal for equal queries, whatever the order of the properties of their arguments. */
  readonly key: string;
  readonly name: string;
  /** The wire form of the arguments, as JSON with sorted properties. */
  readonly body: string;
}

export function describeQuery(reference: FunctionReference, args: unknown): QueryDescription {
  const name = getFunctionName(reference);
  const body = encodeArgs(args);
  return { key: `${name}(${body})`, name, body };
}

/** @throws {ConvoyError} `value-not-encodable` for arguments that cannot be sent. */
export function encodeArgs(args: unknown): string {
  return JSON.stringify(encodeWire(args ?? {}), (_name, value: WireJson) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value);
    // Not by assignment: a property called __proto__ would set the prototype.
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The arguments of a query: fresh ones, which nobody else can have changed. */
export function argsOf(query: QueryDescription): unknown {
  return decodeWire(JSON.parse(query.body));
}
