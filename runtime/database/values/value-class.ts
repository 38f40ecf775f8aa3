/** The kinds of scalar values, from the lowest in the order of values to the highest. */
export const valueClasses = ["bigint", "number", "boolean", "text", "date", "bytes"] as const;

export type ValueClass = (typeof valueClasses)[number];

/** What comes before all values: a field that is not there, and one that is null. */
export const ABSENT_RANK = 0;
export const NULL_RANK = 1;
const FIRST_VALUE_RANK = 2;
/** Objects and lists, which have no order among themselves. */
export const STRUCTURE_RANK: number = FIRST_VALUE_RANK + valueClasses.length;

/** The place of a kind of values in the order: absent < null < bigint < number < … */
export function rankOf(valueClass: ValueClass): number {
  return FIRST_VALUE_RANK + valueClasses.indexOf(valueClass);
}

/** The kind of a value that a handler has, or `null` for an object, a list, or what is no value. */
export function classOf(value: unknown): ValueClass | null {
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
    case "boolean":
    case "bigint":
      return typeof value as ValueClass;
    case "object":
      if (value instanceof Date) return "date";
      return value instanceof Uint8Array ? "bytes" : null;
    default:
      return null;
  }
}
