/** A value inside a filter: a field, a literal, or the outcome of a comparison. */
export interface Expression<Value> {
  readonly "~value": Value;
}

type Operand<Value> = Expression<Value> | Value;

/**
 * Builds the condition of `.filter(…)`.
 *
 * @example
 * .filter((q) => q.and(q.eq(q.field("status"), "done"), q.gt(q.field("createdAt"), since)))
 */
export interface FilterBuilder<Fields> {
  /** A field of the document; dotted paths reach into objects. */
  field<Path extends keyof Fields & string>(path: Path): Expression<Fields[Path]>;
  eq<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  neq<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  lt<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  lte<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  gt<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  gte<Value>(left: Operand<Value>, right: Operand<Value>): Expression<boolean>;
  and(...conditions: Operand<boolean>[]): Expression<boolean>;
  or(...conditions: Operand<boolean>[]): Expression<boolean>;
  not(condition: Operand<boolean>): Expression<boolean>;
}
