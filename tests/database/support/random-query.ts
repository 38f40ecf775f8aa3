import fc from "fast-check";
import type { Manifest, ManifestIndex, ManifestTable } from "../../../compiler/model/manifest.js";
import { membersOf } from "../../../compiler/rules/type-search.js";
import { compareValues } from "../../../runtime/database/values/compare.js";
import { classOf } from "../../../runtime/database/values/value-class.js";
import { type FieldPath, fieldPathsOf } from "./field-paths.js";
import { fieldOf, type ModelTable } from "./model-table.js";
import type {
  ConditionDescription,
  IndexUse,
  OperandDescription,
  QueryDescription,
  Terminal,
} from "./query-description.js";
import { randomValue } from "./random-document.js";
import { tableNumbers } from "./test-ids.js";

/** Queries of a table that the types allow; many of the values in them are in its documents. */
export function randomQuery(
  manifest: Manifest,
  table: ManifestTable,
  model: ModelTable,
): fc.Arbitrary<QueryDescription> {
  const fields = queryFieldsOf(manifest, table, model);
  const paths = [...fields.keys()];
  const order = fc.record({
    direction: fc.constantFrom<"asc" | "desc">("asc", "desc"),
    field: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(...paths)),
  });
  return fc.record({
    table: fc.constant(table.name),
    index: indexUse(table.indexes, fields, model),
    order: fc.option(order),
    filters: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      fc.array(condition(fields, 2), { minLength: 1, maxLength: 2 }),
    ),
    terminal,
  });
}

/** Only ranges of indexes, in their order or the reverse. */
export function randomIndexQuery(
  manifest: Manifest,
  table: ManifestTable,
  model: ModelTable,
): fc.Arbitrary<QueryDescription> {
  return randomQuery(manifest, table, model).map(({ order, ...query }) => ({
    ...query,
    order: order && { ...order, field: null },
  }));
}

const terminal: fc.Arbitrary<Terminal> = fc.oneof(
  fc.constantFrom<Terminal>(
    { kind: "collect" },
    { kind: "iterate" },
    { kind: "first" },
    { kind: "unique" },
    { kind: "count" },
  ),
  fc.integer({ min: 0, max: 12 }).map((n): Terminal => ({ kind: "take", n })),
  fc.integer({ min: 1, max: 7 }).map((numItems): Terminal => ({ kind: "paginate", numItems })),
);

/** What a field can be compared with, by its path; `null` where that is nothing. */
type QueryFields = ReadonlyMap<string, fc.Arbitrary<unknown> | null>;

function queryFieldsOf(manifest: Manifest, table: ManifestTable, model: ModelTable): QueryFields {
  const context = { types: manifest.types, tableNumber: tableNumbers(manifest.tables) };
  const fields = new Map<string, fc.Arbitrary<unknown> | null>();
  for (const field of fieldPathsOf(table, manifest.types)) {
    const arbitraries = comparands(field, model);
    if (field.type.kind !== "never") arbitraries.push(randomValue(field.type, context));
    fields.set(field.path, arbitraries.length === 0 ? null : fc.oneof(...arbitraries));
  }
  for (const path of ["_id", "_creationTime"]) {
    const known = valuesOf(model, path);
    fields.set(path, known.length === 0 ? null : fc.constantFrom(...known));
  }
  return fields;
}

function comparands(field: FieldPath, model: ModelTable): fc.Arbitrary<unknown>[] {
  const found: fc.Arbitrary<unknown>[] = [];
  const known = valuesOf(model, field.path).filter((value) => classOf(value) !== null);
  if (known.length > 0) found.push(fc.constantFrom(...known), fc.constantFrom(...known));
  if (field.mayBeAbsent) found.push(fc.constant(undefined));
  const kinds = new Set(membersOf(field.type, {}).map(({ kind }) => kind));
  if (kinds.has("null")) found.push(fc.constant(null));
  // Beyond all that can be stored, and between integers.
  if (kinds.has("number")) {
    found.push(fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, 1e300));
  }
  if (kinds.has("date")) {
    found.push(fc.constantFrom(-8.64e15, 8.64e15).map((time) => new Date(time)));
  }
  return found;
}

function valuesOf(model: ModelTable, path: string): readonly unknown[] {
  return model.documents.map((document) => fieldOf(document, path));
}

function indexUse(
  indexes: readonly ManifestIndex[],
  fields: QueryFields,
  model: ModelTable,
): fc.Arbitrary<IndexUse | null> {
  const uses = indexes.flatMap((index) =>
    Array.from({ length: index.fields.length + 1 }, (_, equal) =>
      rangeOf(index, equal, fields, model),
    ),
  );
  if (uses.length === 0) return fc.constant(null);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 5, arbitrary: fc.oneof(...uses) },
  );
}

function rangeOf(
  { name, fields: paths }: ManifestIndex,
  length: number,
  fields: QueryFields,
  { documents }: ModelTable,
): fc.Arbitrary<IndexUse> {
  const valueOf = (path: string) => fields.get(path) ?? fc.constant(undefined);
  const fixed = paths.slice(0, length);
  const anything: fc.Arbitrary<readonly unknown[]> = fc.tuple(...fixed.map(valueOf));
  // Values that some document has together: few ranges would hit one otherwise.
  const equal =
    documents.length === 0
      ? anything
      : fc.oneof(
          { weight: 1, arbitrary: anything },
          {
            weight: 3,
            arbitrary: fc
              .constantFrom(...documents)
              .map((document) => fixed.map((path) => fieldOf(document, path))),
          },
        );
  const next = paths[length];
  const bound = next === undefined ? null : valueOf(next);
  return fc
    .record({ equal, lower: option(bound), upper: option(bound), flags: fc.nat(7) })
    .map(({ equal: values, lower, upper, flags }) => {
      // Mostly the right way round.
      const isWrong = lower && upper && compareValues(lower.value, upper.value) > 0 && flags < 7;
      const [low, high] = isWrong ? [upper, lower] : [lower, upper];
      return {
        name,
        fields: paths,
        equal: values,
        lower: low && { operator: flags % 2 === 0 ? "gte" : "gt", value: low.value },
        upper: high && { operator: flags % 4 < 2 ? "lte" : "lt", value: high.value },
      };
    });
}

function option(
  value: fc.Arbitrary<unknown> | null,
): fc.Arbitrary<{ readonly value: unknown } | null> {
  if (value === null) return fc.constant(null);
  return fc.option(value.map((some) => ({ value: some })));
}

function condition(fields: QueryFields, depth: number): fc.Arbitrary<ConditionDescription> {
  const path = fc.constantFrom(...fields.keys());
  const field = path.map((of): OperandDescription => ({ kind: "field", path: of }));
  const operator = fc.constantFrom("eq", "neq", "lt", "lte", "gt", "gte");
  const between = fc.record({
    kind: fc.constant("comparison"),
    operator,
    left: field,
    right: field,
  });
  const choices: fc.WeightedArbitrary<ConditionDescription>[] = [
    { weight: 2, arbitrary: between },
    { weight: 1, arbitrary: fc.boolean().map((value) => ({ kind: "literal", value })) },
  ];
  const comparable = [...fields].flatMap(([of, value]) => (value === null ? [] : { of, value }));
  if (comparable.length > 0) {
    const withLiteral = fc.constantFrom(...comparable).chain(({ of, value }) =>
      fc
        .tuple(operator, value, fc.boolean())
        .map(([by, literal, isMirrored]): ConditionDescription => {
          const left: OperandDescription = { kind: "field", path: of };
          const right: OperandDescription = { kind: "literal", value: literal };
          return isMirrored
            ? { kind: "comparison", operator: by, left: right, right: left }
            : { kind: "comparison", operator: by, left, right };
        }),
    );
    choices.push({ weight: 6, arbitrary: withLiteral });
  }
  if (depth > 0) {
    const inner = condition(fields, depth - 1);
    choices.push(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom("and", "or"),
          conditions: fc.array(inner, { maxLength: 3 }),
        }),
      },
      { weight: 2, arbitrary: inner.map((of) => ({ kind: "not", condition: of })) },
    );
  }
  return fc.oneof(...choices);
}
