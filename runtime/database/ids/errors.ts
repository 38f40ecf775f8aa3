import { ConvoyError } from "../../../protocol/errors.js";
import { isDocumentId } from "./document-id.js";

/** Something stands where an id of one of `tables` should, and `value` is none. */
export function wrongId(where: string, tables: readonly string[], value: unknown): ConvoyError {
  const names = tables.map((table) => `"${table}"`).join(" or ");
  if (isDocumentId(value)) {
    return new ConvoyError(
      "wrong-table-id",
      `${where} is an id of another table, not of ${names}. Pass the _id of a document of ${names}.`,
      { status: 400 },
    );
  }
  return new ConvoyError(
    "invalid-id",
    `${where} is no id. Pass the _id of a document of ${names}: a UUIDv7 in lower case.`,
    { status: 400 },
  );
}
