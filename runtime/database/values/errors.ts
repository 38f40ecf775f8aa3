import { ConvoyError } from "../../../protocol/errors.js";

/** A value that cannot be stored, or cannot be compared with what is stored. */
export function invalidValue(where: string, problem: string): ConvoyError {
  return new ConvoyError("invalid-value", `${where} ${problem}`, { status: 400 });
}

/** Names a place inside a document for a message: `"address.city" of table "users"`. */
export function placeOf(table: string, path: readonly (string | number)[]): string {
  if (path.length === 0) return `The document of table "${table}"`;
  return `"${path.join(".")}" of table "${table}"`;
}
