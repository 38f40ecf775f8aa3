import { ConvoyError } from "./errors.js";

/**
 * What arguments, results and documents are made of. JSON carries most of it as it is; a date, a
 * bigint and bytes travel as an object with one property, the tag: `{ "$date": "2026-11-22T…Z" }`,
 * `{ "$bigint": "12" }`, `{ "$bytes": "base64" }`.
 */
export type WireJson =
  | null
  | boolean
  | number
  | string
  | readonly WireJson[]
  | { readonly [name: string]: WireJson };

/** The most levels of arrays and objects inside one another. */
export const MAX_WIRE_DEPTH = 128;

/**
 * The wire form of a value. Properties that are `undefined` are left out; at the top, `undefined`
 * becomes null.
 *
 * @throws {ConvoyError} `value-not-encodable` for what has no wire form, with the place.
 */
export function encodeWire(value: unknown): WireJson {
  return value === undefined ? null : encodeAt(value, []);
}

/** Where a value is, while it is walked: entered and left again, so that only an error copies it. */
type Path = (string | number)[];

function encodeAt(value: unknown, path: Path): WireJson {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw notEncodable(path, `is ${value}, and JSON has no such number`);
    case "bigint":
      return { $bigint: value.toString() };
    case "object":
      return value === null ? null : encodeObject(value, path);
    default:
      throw notEncodable(path, value === undefined ? "is undefined" : `is a ${typeof value}`);
  }
}

function encodeObject(value: object, path: Path): WireJson {
  if (path.length >= MAX_WIRE_DEPTH) {
    throw notEncodable(path.slice(0, 4), `holds values more than ${MAX_WIRE_DEPTH} levels deep`);
  }
  if (Array.isArray(value)) {
    return Array.from(value, (element: unknown, index) => encodeInside(element, index, path));
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw notEncodable(path, "is an invalid Date");
    return { $date: value.toISOString() };
  }
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notEncodable(path, `is a ${value.constructor?.name ?? "class instance"}`);
  }
  // Without a prototype, a property called __proto__ is one like any other.
  const encoded = Object.create(null) as Record<string, WireJson>;
  for (const [name, property] of Object.entries(value)) {
    if (property !== undefined) encoded[name] = encodeInside(property, name, path);
  }
  return tagOf(encoded) === null ? encoded : { $object: encoded };
}

function encodeInside(value: unknown, name: string | number, path: Path): WireJson {
  path.push(name);
  const encoded = encodeAt(value, path);
  path.pop();
  return encoded;
}

/**
 * The value that a wire form stands for. It makes its own objects: `json` stays as it is.
 *
 * @throws {ConvoyError} `value-not-decodable` for an unknown tag, a tag that holds something else, and a
 *   number that is too large to be one.
 */
export function decodeWire(json: unknown): unknown {
  return decodeAt(json, 0);
}

function decodeAt(json: unknown, depth: number): unknown {
  // What JSON writes as 1e999 is read as Infinity.
  if (typeof json === "number" && !Number.isFinite(json))
    throw notDecodable("is a number that is too large.");
  if (typeof json !== "object" || json === null) return json;
  if (depth >= MAX_WIRE_DEPTH) {
    throw notDecodable(`is more than ${MAX_WIRE_DEPTH} levels deep. Make it flatter.`);
  }
  if (Array.isArray(json)) return json.map((element) => decodeAt(element, depth + 1));
  const tag = tagOf(json);
  const inner = (json as Record<string, unknown>)[tag ?? ""];
  if (tag === "$object" && typeof inner === "object" && inner !== null) {
    return decodeProperties(inner, depth);
  }
  return tag === null ? decodeProperties(json, depth) : decodeTagged(tag, inner);
}

function decodeProperties(json: object, depth: number): object {
  const entries = Object.entries(json);
  // Not by assignment: a property called __proto__ would set the prototype.
  return Object.fromEntries(entries.map(([name, inner]) => [name, decodeAt(inner, depth + 1)]));
}

function decodeTagged(tag: string, text: unknown): unknown {
  if (typeof text === "string") {
    if (tag === "$bigint" && /^-?\d{1,10000}$/.test(text)) return BigInt(text);
    if (tag === "$bytes" && isBase64(text)) return fromBase64(text);
    const date = tag === "$date" ? new Date(text) : null;
    if (date !== null && !Number.isNaN(date.getTime())) return date;
  }
  throw notDecodable(
    `is tagged "${tag.slice(0, 20)}", but is nothing that this tag stands for. Encode values with the Convoy client.`,
  );
}

function notDecodable(problem: string): ConvoyError {
  return new ConvoyError("value-not-decodable", `A value ${problem}`, { status: 400 });
}

/** The tag of an object with one property whose name starts with `$`. */
function tagOf(object: object): string | null {
  const [name, ...others] = Object.keys(object);
  return name !== undefined && others.length === 0 && name.startsWith("$") ? name : null;
}

/** Bytes of a text at a time: `String.fromCharCode` has an argument for each. */
const CHUNK_BYTES = 8192;

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
  }
  return btoa(binary);
}

/** With its padding. `atob` would throw for a text whose length is none of whole bytes. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function notEncodable(path: Path, problem: string): ConvoyError {
  const where = path.length === 0 ? "The value" : `"${path.join(".")}"`;
  return new ConvoyError(
    "value-not-encodable",
    `${where} ${problem}, which cannot be sent. Send null, a string, a number, a boolean, a bigint, a Date, bytes, or arrays and plain objects of these.`,
  );
}
