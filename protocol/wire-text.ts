import { encodeWire, MAX_WIRE_DEPTH } from "./wire-value.js";

/**
 * The wire form of a value, as JSON. Most results are their own wire form, and are not copied.
 *
 * @throws {ConvoyError} `value-not-encodable` for what has no wire form, with the place.
 */
export function wireText(value: unknown): string {
  return JSON.stringify(isOwnWireForm(value) ? value : encodeWire(value));
}

/**
 * Whether the wire form of a value, and the value of a wire form, is the value itself: plain JSON, in
 * which nothing is a tag or could be taken for one. Where it is not sure, it says no.
 */
export function isOwnWireForm(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAX_WIRE_DEPTH) return false;
  if (Array.isArray(value)) {
    // By place, so that what is missing in a sparse array is seen.
    for (let index = 0; index < value.length; index++) {
      if (!isOwnWireForm(value[index], depth + 1)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const object = value as Record<string, unknown>;
  const names = Object.keys(object);
  if (names.length === 1 && names[0]?.startsWith("$")) return false;
  for (const name of names) {
    if (!isOwnWireForm(object[name], depth + 1)) return false;
  }
  return true;
}
