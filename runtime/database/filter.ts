/** A value inside a filter: a field, a literal, or the outcome of a comparison. */
export interface Expression<Value> {
  readonly "~value": Value;
}

type Operand<Value> = Expression<Value> | Value;

/**
 * Compares a field with a value of its type, or with another field. The left side alone decides the
 * type: from both sides, TypeScript would make a union of `"open"` and `"opne"` and find no mistake.
 */
type Comparison = <Value>(
  left: Expression<Value>,
  right: Operand<NoInfer<Value>>,
) => Expression<boolean>;

/**
 * Builds the condition of `.filter(…)`.
 *
 * @example
 * .filter((q) => q.and(q.eq(q.field("status"), "done"), q.gt(q.field("createdAt"), since)))
 */
export interface FilterBuilder<Fields> {
  /** A field of the document; dotted paths reach into objects. */
  field<Path extends keyof Fields & string>(path: Path): Expression<Fields[Path]>;
  readonly eq: Comparison;
  readonly neq: Comparison;
  readonly lt: Comparison;
  readonly lte: Comparison;
  readonly gt: Comparison;
  readonly gte: Comparison;
  and(...conditions: Operand<boolean>[]): Expression<boolean>;
  or(...conditions: Operand<boolean>[]): Expression<boolean>;
  not(condition: Operand<boolean>): Expression<boolean>;
}
