/** A query as plain data: what the builder is told, and what the model evaluates. */
export interface QueryDescription {
  readonly table: string;
  readonly index: IndexUse | null;
  readonly order: { readonly direction: "asc" | "desc"; readonly field: string | null } | null;
  readonly filters: readonly ConditionDescription[];
  readonly terminal: Terminal;
}

export interface IndexUse {
  readonly name: string;
  /** All fields of the index; the first ones are held at these values. */
  readonly fields: readonly string[];
  readonly equal: readonly unknown[];
  readonly lower: { readonly operator: "gt" | "gte"; readonly value: unknown } | null;
  readonly upper: { readonly operator: "lt" | "lte"; readonly value: unknown } | null;
}

export type ComparisonOperator = "eq" | "neq" | "lt" | "lte" | "gt" | "gte";

export type OperandDescription =
  | { readonly kind: "field"; readonly path: string }
  | { readonly kind: "literal"; readonly value: unknown };

export type ConditionDescription =
  | {
      readonly kind: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: OperandDescription;
      readonly right: OperandDescription;
    }
  | { readonly kind: "and" | "or"; readonly conditions: readonly ConditionDescription[] }
  | { readonly kind: "not"; readonly condition: ConditionDescription }
  /** A field that holds true. */
  | { readonly kind: "field"; readonly path: string }
  | { readonly kind: "literal"; readonly value: boolean };

export type Terminal =
  | { readonly kind: "collect" | "iterate" | "first" | "unique" | "count" }
  | { readonly kind: "take"; readonly n: number }
  | { readonly kind: "paginate"; readonly numItems: number };
