import { ConvoyError } from "../../../protocol/errors.js";
import { decodeBase64, decodeBigint, decodeBytes, decodeDate } from "../values/scalar-text.js";
import type { Position } from "./position.js";

/** Turns the JSON of a position, which it may change in place, into the value that it stands for. */
export type Decode = (json: unknown) => unknown;

/** The decoder of a position; `null` where every value is its own storage form. */
export function createDecoders(): (position: Position) => Decode | null {
  const known = new Map<Position, Decode | null>();
  return decoderOf;

  function decoderOf(position: Position): Decode | null {
    let decode = known.get(position);
    if (decode === undefined) {
      decode = converts(position, new Set()) ? (json) => decodeAt(position, json) : null;
      known.set(position, decode);
    }
    return decode;
  }

  function decodeAt(position: Position, json: unknown): unknown {
    if (typeof json !== "object" || json === null) {
      return position.tagged ? json : decodeScalar(position, json);
    }
    if (Array.isArray(json)) {
      for (const [index, element] of json.entries()) {
        const found = position.array?.element(index);
        const decode = found === undefined ? null : decoderOf(found);
        if (decode !== null) json[index] = decode(element);
      }
      return json;
    }
    const object = json as Record<string, unknown>;
    if (!position.tagged) return decodeProperties(position, object);
    return decodeTagged(position, object);
  }

  function decodeTagged(position: Position, object: Record<string, unknown>): unknown {
    const [tag, ...others] = Object.keys(object);
    if (tag === undefined || others.length > 0) return decodeProperties(position, object);
    const inner = object[tag];
    switch (tag) {
      case "$date":
        return decodeDate(inner) ?? unreadable("date");
      case "$bigint":
        return decodeBigint(inner) ?? unreadable("bigint");
      case "$bytes":
        return decodeBase64(inner) ?? unreadable("bytes");
      case "$object":
        return decodeProperties(position, inner as Record<string, unknown>);
      default:
        return decodeProperties(position, object);
    }
  }

  function decodeProperties(position: Position, object: Record<string, unknown>): unknown {
    for (const name of Object.keys(object)) {
      const found = position.object?.property(name)?.position ?? position.object?.others ?? null;
      const decode = found === null ? null : decoderOf(found);
      if (decode !== null) object[name] = decode(object[name]);
    }
    return object;
  }
}

/** Without tags, at most one kind of scalar is kept as a JSON string. */
function decodeScalar({ classes }: Position, json: unknown): unknown {
  if (json === null || typeof json === "boolean") return json;
  if (typeof json === "number" && classes.has("number")) return json;
  if (classes.has("date")) return decodeDate(json) ?? unreadable("date");
  if (classes.has("bigint")) return decodeBigint(json) ?? unreadable("bigint");
  if (classes.has("bytes")) return decodeBytes(json) ?? unreadable("bytes");
  return json;
}

/** Only plain SQL can have written it: the position is named by whoever knows the document. */
function unreadable(what: string): never {
  throw new ConvoyError(
    "document-unreadable",
    `A stored value is not in the storage form of a ${what}; plain SQL may have written it. See docs/storage.md for the forms.`,
  );
}

/** Whether a value at the position, or below it, differs from its storage form. */
function converts(position: Position, seen: Set<Position>): boolean {
  if (seen.has(position)) return false;
  seen.add(position);
  const { classes, object, array } = position;
  if (classes.has("date") || classes.has("bigint") || classes.has("bytes")) return true;
  const below = [
    ...(object?.properties.map((property) => property.position) ?? []),
    ...(object?.others ? [object.others] : []),
    ...(array?.elements ?? []),
    ...(array?.rest ? [array.rest] : []),
  ];
  return below.some((inner) => converts(inner, seen));
}
