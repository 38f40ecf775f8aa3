import type { QueryChain } from "../syntax/query-chain.js";
import type { KnownQuery } from "./database-uses.js";
import { systemFields } from "./fields.js";

/** A range that cannot be followed counts as one. */
export function hasRange({ index }: QueryChain): boolean {
  return index !== null && (index.steps === null || index.steps.length > 0);
}

/** Whether nothing ends the reading before the table does. */
export function readsAll({ terminal, filters }: QueryChain): boolean {
  switch (terminal?.name) {
    case "collect":
    case "count":
      return true;
    case "for await":
      return !terminal.leavesEarly;
    // They end after one match or two, but may have to read everything to find them.
    case "first":
    case "unique":
      return filters.length > 0;
    default:
      return false;
  }
}

/** Whether the documents come in the order of the field anyway. */
export function givesOrder({ index }: KnownQuery, fixed: number, field: string): boolean {
  const fields = index?.fields ?? [];
  // A field that has one value only is in any order.
  if (fields.slice(0, fixed).includes(field)) return true;
  const next = fields[fixed];
  return next === undefined ? systemFields.includes(field) : next === field;
}
