import { isDocumentId } from "../ids/document-id.js";
import { wrongId } from "../ids/errors.js";
import { invalidValue, placeOf } from "../values/errors.js";
import { rankOf } from "../values/value-class.js";
import type { EncodeContext } from "./encode-value.js";
import type { FieldKey } from "./field-key.js";

/** The column of a document's id. */
export const ID_COLUMN = '"id"';

/** The first 48 bits of an id: when the document was created, in milliseconds. */
const creationTimeSql = `((('x' || substr(replace(${ID_COLUMN}::text, '-', ''), 1, 12))::bit(48)::bigint)::float8)`;

/** The accessors of the fields that every document has. */
export function systemFieldKeys({ table }: EncodeContext): [string, FieldKey][] {
  const checkId = (value: unknown) => {
    if (!isDocumentId(value)) throw wrongId(placeOf(table, ["_id"]), [table], value);
  };
  const checkTime = (value: unknown) => {
    if (typeof value === "number" && !Number.isNaN(value)) return;
    throw invalidValue(placeOf(table, ["_creationTime"]), "can only be compared with a number.");
  };
  const id: FieldKey = {
    path: "_id",
    columns: [{ sql: ID_COLUMN, nullable: false, type: "uuid" }],
    indexable: true,
    ranked: {
      rank: String(rankOf("text")),
      values: new Map([["text", `((${ID_COLUMN})::text collate "C")`]]),
    },
    encodeStored: (value) => [value as string],
    check: checkId,
    encode: (value) => {
      checkId(value);
      return [value as string];
    },
  };
  const creationTime: FieldKey = {
    path: "_creationTime",
    columns: [{ sql: creationTimeSql, nullable: false, type: "double precision" }],
    indexable: true,
    ranked: {
      rank: String(rankOf("number")),
      values: new Map([["number", creationTimeSql]]),
    },
    encodeStored: (value) => [String(value)],
    check: checkTime,
    encode: (value) => {
      checkTime(value);
      return [String(value)];
    },
  };
  return [
    ["_id", id],
    ["_creationTime", creationTime],
  ];
}
