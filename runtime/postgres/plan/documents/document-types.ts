import type { NamedTypes, TypeFact } from "../../../../compiler/model/type-fact.js";
import { createPositions, type Positions } from "../../../database/storage/position.js";

/** What the types of documents refer to. */
export interface DocumentTypes {
  readonly named: NamedTypes;
  readonly positions: Positions;
  /** The number that ids of a table carry; `undefined` where no document can have such an id yet. */
  readonly tableNumber: (table: string) => number | undefined;
}

export function documentTypes(
  named: NamedTypes,
  tableNumbers: ReadonlyMap<string, number>,
): DocumentTypes {
  return {
    named,
    positions: createPositions(named),
    tableNumber: (table) => tableNumbers.get(table),
  };
}

/** The keys that mark a value at a tagged position. */
export const tags = ["$date", "$bigint", "$bytes", "$object"] as const;

/** Whether a property of this type may be missing, although it is not optional. */
export function acceptsAbsence(type: TypeFact, named: NamedTypes): boolean {
  switch (type.kind) {
    case "undefined":
      return true;
    case "union":
      return type.members.some((member) => acceptsAbsence(member, named));
    case "named": {
      const target = named[type.name];
      return target === undefined || (target.kind !== "named" && acceptsAbsence(target, named));
    }
    default:
      return isAny(type);
  }
}

/** What the codec keeps as it comes. */
export function isAny(type: TypeFact): boolean {
  return (
    type.kind === "any" ||
    type.kind === "unknown" ||
    type.kind === "document" ||
    type.kind === "unsupported"
  );
}
