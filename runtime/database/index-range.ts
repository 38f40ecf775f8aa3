/** A range of an index, complete enough to be read. */
export interface IndexRange {
  readonly "~kind": "index range";
}

type Rest<Names> = Names extends readonly [string, ...infer Tail] ? Tail : [];
type First<Names> = Names extends readonly [infer Name extends string, ...unknown[]] ? Name : never;
type ValueOf<Fields, Name> = Name extends keyof Fields ? Fields[Name] : never;

/** The range has its lower bound; an upper one may follow, on the same field. */
export interface LowerBoundedRange<Fields, Name> extends IndexRange {
  lt(field: Name, value: ValueOf<Fields, Name>): IndexRange;
  lte(field: Name, value: ValueOf<Fields, Name>): IndexRange;
}

/** The range has its upper bound; a lower one may follow, on the same field. */
export interface UpperBoundedRange<Fields, Name> extends IndexRange {
  gt(field: Name, value: ValueOf<Fields, Name>): IndexRange;
  gte(field: Name, value: ValueOf<Fields, Name>): IndexRange;
}

/**
 * Builds the range of `.withIndex(name, …)`: equalities in the index's field order, then at most
 * one lower and one upper bound on the next field.
 *
 * @example
 * .withIndex("by_userId", (q) => q.eq("userId", userId).gte("createdAt", since))
 */
export interface IndexRangeBuilder<Fields, Names> extends IndexRange {
  eq(
    field: First<Names>,
    value: ValueOf<Fields, First<Names>>,
  ): IndexRangeBuilder<Fields, Rest<Names>>;
  gt(
    field: First<Names>,
    value: ValueOf<Fields, First<Names>>,
  ): LowerBoundedRange<Fields, First<Names>>;
  gte(
    field: First<Names>,
    value: ValueOf<Fields, First<Names>>,
  ): LowerBoundedRange<Fields, First<Names>>;
  lt(
    field: First<Names>,
    value: ValueOf<Fields, First<Names>>,
  ): UpperBoundedRange<Fields, First<Names>>;
  lte(
    field: First<Names>,
    value: ValueOf<Fields, First<Names>>,
  ): UpperBoundedRange<Fields, First<Names>>;
}
