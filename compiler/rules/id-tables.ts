import type ts from "typescript";
import type { TypeScript } from "../syntax/tree.js";

/**
 * The tables of the id that the expression is, by the brand of its type; for a list, of its
 * elements. `null` where it is not, or not only, an id: other types are the checker's business.
 */
export function idTables(
  ts: TypeScript,
  checker: ts.TypeChecker,
  expression: ts.Expression,
  isList: boolean,
): readonly string[] | null {
  const whole = checker.getNonNullableType(checker.getTypeAtLocation(expression));
  const type = isList ? checker.getIndexTypeOfType(whole, ts.IndexKind.Number) : whole;
  if (type === undefined) return null;
  const members = type.isUnion() ? type.types : [type];
  const tables = new Set<string>();
  for (const member of members) {
    if ((member.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0) continue;
    const brand = checker.getPropertyOfType(member, "~table");
    if (brand === undefined) return null;
    const table = checker.getTypeOfSymbolAtLocation(brand, expression);
    for (const name of table.isUnion() ? table.types : [table]) {
      if (!name.isStringLiteral()) return null;
      tables.add(name.value);
    }
  }
  return tables.size === 0 ? null : [...tables].toSorted();
}
