import fc from "fast-check";
import type { ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import { membersOf } from "../../../compiler/rules/type-search.js";
import { recordKeys } from "./field-paths.js";
import * as scalars from "./random-scalars.js";

/** A document without its system fields. */
export type DocumentFields = Readonly<Record<string, unknown>>;

export interface DocumentContext {
  readonly types: NamedTypes;
  readonly tableNumber: (table: string) => number;
}

/** The levels that recursive types go down to. */
const MAX_LEVEL = 5;

/** Documents that fit a table. */
export function randomDocument(
  table: ManifestTable,
  context: DocumentContext,
): fc.Arbitrary<DocumentFields> {
  return entriesOf(
    table.fields.map(({ name, type, optional, integer }) => {
      const value = integer ? randomInteger(type) : randomValue(type, context);
      return { name, value, optional };
    }),
  );
}

/** A value of a type. */
export function randomValue(
  type: TypeFact,
  context: DocumentContext,
  level: number = 0,
): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "union":
      return randomMember(membersOf(type, context.types), context, level);
    case "named": {
      const target = context.types[type.name];
      return target === undefined ? fc.constant(null) : randomValue(target, context, level);
    }
    case "array":
      return listOf(level, () => randomValue(type.element, context, level + 1));
    case "tuple":
      return randomTuple(type, context, level);
    case "object":
      return randomObject(type, context, level);
    case "any":
    case "unknown":
      return json;
    default:
      return randomScalar(type, context);
  }
}

function randomScalar(type: TypeFact, { tableNumber }: DocumentContext): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "string":
      return scalars.text;
    case "template":
      return scalars.text.map((text) => `item-${text}`);
    case "number":
      return scalars.number;
    case "boolean":
      return fc.boolean();
    case "bigint":
      return scalars.bigint;
    case "date":
      return scalars.date;
    case "bytes":
      return scalars.bytes;
    case "literal":
      return fc.constant(type.value);
    case "bigint-literal":
      return fc.constant(BigInt(type.digits));
    case "id":
      return scalars.idOf(type.tables.map(tableNumber));
    case "null":
      return fc.constant(null);
    default:
      throw new Error(`Random schemas have no ${type.kind}.`);
  }
}

function randomInteger(type: TypeFact): fc.Arbitrary<unknown> {
  const isNullable = membersOf(type, {}).some(({ kind }) => kind === "null");
  return isNullable ? fc.option(scalars.integer) : scalars.integer;
}

function randomMember(
  members: readonly TypeFact[],
  context: DocumentContext,
  level: number,
): fc.Arbitrary<unknown> {
  const leaves = members.filter(({ kind }) => !["object", "array", "tuple"].includes(kind));
  const chosen = level >= MAX_LEVEL && leaves.length > 0 ? leaves : members;
  return fc.oneof(...chosen.map((member) => randomValue(member, context, level)));
}

function listOf(
  level: number,
  element: () => fc.Arbitrary<unknown>,
): fc.Arbitrary<readonly unknown[]> {
  return level >= MAX_LEVEL ? fc.constant([]) : fc.array(element(), { maxLength: 3 });
}

function randomTuple(
  { elements, rest }: Extract<TypeFact, { kind: "tuple" }>,
  context: DocumentContext,
  level: number,
): fc.Arbitrary<unknown> {
  const first = fc.tuple(...elements.map((type) => randomValue(type, context, level + 1)));
  if (rest === undefined) return first;
  return fc
    .tuple(
      first,
      listOf(level, () => randomValue(rest, context, level + 1)),
    )
    .map(([head, tail]) => [...head, ...tail]);
}

function randomObject(
  { properties, index }: Extract<TypeFact, { kind: "object" }>,
  context: DocumentContext,
  level: number,
): fc.Arbitrary<DocumentFields> {
  const own = entriesOf(
    properties.flatMap(({ name, type, optional }) => {
      if (optional && level >= MAX_LEVEL) return [];
      return { name, value: randomValue(type, context, level + 1), optional };
    }),
  );
  if (index === undefined || level >= MAX_LEVEL) return own;
  const declared = new Set(properties.map(({ name }) => name));
  const others = recordOf(() => randomValue(index, context, level + 1));
  return fc.tuple(own, others).map(([object, record]) => {
    const added = Object.entries(record).filter(([name]) => !declared.has(name));
    // Object literals and assignments would take `__proto__` for something else.
    return Object.fromEntries([...Object.entries(object), ...added]);
  });
}

/** Keys that records may have, whatever they mean elsewhere. */
const recordKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...recordKeys),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toJSON",
    "$bigint",
    "$bytes",
    "$object",
    "$",
    "a.b",
    "0",
    "length",
  ),
  scalars.text,
);

function recordOf(value: () => fc.Arbitrary<unknown>): fc.Arbitrary<DocumentFields> {
  return fc
    .array(fc.tuple(recordKey, value()), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries));
}

function entriesOf(
  fields: readonly {
    readonly name: string;
    readonly value: fc.Arbitrary<unknown>;
    readonly optional: boolean;
  }[],
): fc.Arbitrary<DocumentFields> {
  const entries = fields.map(({ name, value, optional }) => {
    const entry = value.map((made): [string, unknown][] => [[name, made]]);
    return optional ? fc.oneof({ weight: 2, arbitrary: entry }, fc.constant([])) : entry;
  });
  return fc.tuple(...entries).map((lists) => Object.fromEntries(lists.flat()));
}

/** Together with the levels above it, not beyond the bound. */
const deep: unknown = Array.from({ length: 50 }).reduce<unknown>(
  (inner, _, level) => (level % 2 === 0 ? [inner] : { in: inner }),
  "ground",
);

/** Any JSON. */
const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 30, arbitrary: fc.oneof(fc.constant(null), fc.boolean(), scalars.number) },
    { weight: 20, arbitrary: scalars.text },
    { weight: 10, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 10, arbitrary: recordOf(() => tie("value")) },
    { weight: 1, arbitrary: fc.constant(deep) },
  ),
})).value;
