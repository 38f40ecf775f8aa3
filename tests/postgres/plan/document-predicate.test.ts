import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TypeFact } from "../../../compiler/model/type-fact.js";
import { encodeValue } from "../../../runtime/database/storage/encode-value.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import {
  checkDocument,
  type Misfit,
} from "../../../runtime/postgres/plan/documents/check-document.js";
import {
  documentPredicate,
  jsonExpression,
} from "../../../runtime/postgres/plan/documents/document-predicate.js";
import {
  type DocumentTypes,
  documentTypes,
} from "../../../runtime/postgres/plan/documents/document-types.js";
import { isWidening } from "../../../runtime/postgres/plan/documents/widening.js";
import { changedStorageForms } from "../../../runtime/postgres/plan/documents/storage-form.js";
import { propertyRuns } from "../../database/support/property-runs.js";
import { randomValue } from "../../database/support/random-document.js";
import { fieldType, namedTypes } from "../../database/support/random-type.js";
import { testId } from "../../database/support/test-ids.js";
import { testDatabase } from "../../support/postgres.js";
import { oneOf } from "./manifests.js";

const tables = ["alpha", "order"] as const;
const numbers = new Map(tables.map((name, at) => [name as string, at + 1]));
const context = { types: namedTypes, tableNumber: (name: string) => numbers.get(name) ?? 0 };

let database: OwnDatabase;
let client: Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});

test("SQL and JavaScript agree on which JSON fits a type, and what was encoded fits", async () => {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(typeAndJson, async ({ type, own, others }) => {
      const types = documentTypes(namedTypes, numbers);
      for (const json of own) expect(checkDocument(type, json, types), show(json)).toBeNull();
      compiled += await compare(type, [...own, ...others], types);
    }),
    propertyRuns(120),
  );
  expect(compiled).toBeGreaterThan(0);
});

test("what fits a type fits every wider type, if it is stored in the same form there", () => {
  let wider = 0;
  fc.assert(
    fc.property(twoTypes, ({ before, after, json }) => {
      const types = documentTypes(namedTypes, numbers);
      const named = namedTypes;
      if (!isWidening({ type: before, named }, { type: after, named })) return;
      const forms = [types.positions.of(before), types.positions.of(after)] as const;
      if (changedStorageForms("field", ...forms).length > 0) return;
      wider += 1;
      for (const value of json) expect(checkDocument(after, value, types), show(value)).toBeNull();
    }),
    propertyRuns(500),
  );
  expect(wider).toBeGreaterThan(0);
});

test("values at the edges of their forms are told apart alike", async () => {
  const user = testId(1, 1_795_380_000_000, 5n);
  const cases: readonly (readonly [TypeFact, readonly unknown[], readonly unknown[]])[] = [
    [
      { kind: "date" },
      ["2026-11-22T20:37:50.123Z", "2024-02-29T00:00:00.000Z", "0001-01-01T00:00:00.000Z"],
      [
        "2026-02-29T00:00:00.000Z",
        "1900-02-29T00:00:00.000Z",
        "2026-04-31T00:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-11-22T24:00:00.000Z",
        "2026-11-22T20:37:50Z",
        "2026-11-22T20:37:50.123Z\n",
        "2026-11-22 20:37:50.123Z",
        1,
        null,
        { $date: "2026-11-22T20:37:50.123Z" },
      ],
    ],
    [{ kind: "bigint" }, ["0", "-12", "9".repeat(40)], ["-0", "01", "", "1.0", 1, "1\n", "+1"]],
    [{ kind: "bytes" }, ["\\x", "\\x0aff"], ["\\x0", "\\x0AFF", "0aff", "\\xzz"]],
    [
      { kind: "id", tables: ["alpha"] },
      [user],
      [user.toUpperCase(), testId(2, 1, 1n), `${user} `, user.replace("-7", "-4"), ""],
    ],
    [{ kind: "id", tables: ["gone"] }, [], [user, ""]],
    [{ kind: "number" }, [0, -1.5, 1e308], ["0", null, true, [0]]],
    [{ kind: "literal", value: 'it\'s "a" \\' }, ['it\'s "a" \\'], ["it's", null]],
    [
      { kind: "template", text: "`a.${number}-${string}`" },
      ["a.1-", "a.-1.5-\n"],
      ["ab1-", "a.x-"],
    ],
    [{ kind: "never" }, [], [null, 0, "", {}, []]],
    [
      { kind: "union", members: [{ kind: "string" }, { kind: "date" }, { kind: "bytes" }] },
      ["", "2026", { $date: "2026-11-22T20:37:50.123Z" }, { $bytes: "aGk=" }],
      [{ $date: "2026" }, { $bytes: "aGk" }, { $bigint: "1" }, {}, { $date: "x", more: 1 }],
    ],
    [
      {
        kind: "union",
        members: [
          { kind: "string" },
          { kind: "bigint" },
          { kind: "object", properties: [], index: { kind: "number" } },
        ],
      },
      ["", {}, { a: 1 }, { $a: 1 }, { $bigint: "1" }, { $object: { $bigint: 1 } }, { $object: {} }],
      [{ a: "1" }, { $bigint: 1 }, { $object: 1 }, { $object: { a: "1" } }],
    ],
    [
      {
        kind: "object",
        properties: [
          { name: "a", type: { kind: "string" }, optional: false },
          { name: "it's", type: { kind: "number" }, optional: true },
        ],
      },
      [{ a: "" }, { a: "", "it's": 1 }],
      [{}, { a: "", b: 1 }, { a: "", "it's": null }, ["a"], "a", null],
    ],
  ];
  const types = documentTypes({}, numbers);
  for (const [type, fitting, others] of cases) {
    const sql = documentPredicate(type, jsonExpression("json"), types);
    expect(sql).not.toBeNull();
    expect(await evaluate(sql ?? "", fitting), JSON.stringify(type)).toEqual(
      fitting.map(() => true),
    );
    expect(await evaluate(sql ?? "", others), JSON.stringify(type)).toEqual(
      others.map(() => false),
    );
    await compare(type, [...fitting, ...others], types);
  }
});

test("the place of what does not fit is that of the closest alternative", () => {
  const text: TypeFact = { kind: "string" };
  const shape = (kind: string, name: string): TypeFact => ({
    kind: "object",
    properties: [
      { name: "kind", type: { kind: "literal", value: kind }, optional: false },
      { name, type: { kind: "array", element: text }, optional: false },
    ],
  });
  const type: TypeFact = { kind: "union", members: [shape("a", "x"), shape("b", "y"), text] };
  const types = documentTypes({}, numbers);
  expect(checkDocument(type, { kind: "b", y: ["", 1] }, types)).toEqual(["y", 1]);
  expect(checkDocument(type, { kind: "a" }, types)).toEqual(["x"]);
  expect(checkDocument(type, 1, types)).toEqual([]);
});

test("of alternatives told apart by a literal, the place is in the one that the value says it is", () => {
  const shape = (kind: string | readonly string[], fields: readonly string[]): TypeFact => ({
    kind: "object",
    properties: [
      { name: "deep", type: { kind: "array", element: { kind: "number" } }, optional: true },
      { name: "kind", type: oneOf(...[kind].flat()), optional: false },
      ...fields.map((name) => ({ name, type: { kind: "number" } as const, optional: false })),
    ],
  });
  const shapes = oneOf(shape("circle", ["radius"]), shape(["square", "cube"], ["side"]));
  const types = documentTypes({ Shape: shapes, Nested: shape("nested", ["level"]) }, numbers);
  const named: TypeFact = { kind: "named", name: "Nested" };
  const type = oneOf(named, { kind: "named", name: "Shape" }, { kind: "null" });
  const place = (json: object): Misfit | null => checkDocument(type, json, types);
  expect(place({ kind: "circle", radius: 1 })).toBeNull();
  expect(place({ kind: "circle", radius: "1" })).toEqual(["radius"]);
  expect(place({ kind: "square", side: "1" })).toEqual(["side"]);
  expect(place({ kind: "cube" })).toEqual(["side"]);
  expect(place({ kind: "nested", level: "1" })).toEqual(["level"]);
  // However far another alternative gets with it.
  expect(place({ kind: "square", side: "1", deep: [1] })).toEqual(["side"]);
  expect(place({ kind: "square", deep: [""], side: 1 })).toEqual(["deep", 0]);
  expect(place({ kind: "sphere", radius: 1 })).toEqual(["kind"]);
  expect(place({ kind: "sphere", deep: [""] })).toEqual(["kind"]);
  expect(place({ radius: 1 })).toEqual(["kind"]);
});

test("a recursive type is left to JavaScript, which takes deep documents", () => {
  const types = documentTypes(namedTypes, numbers);
  const link: TypeFact = { kind: "named", name: "Link" };
  expect(documentPredicate(link, jsonExpression("json"), types)).toBeNull();
  const at = "2026-11-22T20:37:50.123Z";
  const chain = (length: number): unknown =>
    length === 0 ? null : { at, next: chain(length - 1) };
  expect(checkDocument(link, chain(60), types)).toBeNull();
  expect(checkDocument(link, chain(5000), types)).not.toBeNull();
});

/** How many of one predicate were compared. */
async function compare(
  type: TypeFact,
  values: readonly unknown[],
  types: DocumentTypes,
): Promise<number> {
  const sql = documentPredicate(type, jsonExpression("json"), types);
  if (sql === null) return 0;
  const inSql = await evaluate(sql, values);
  for (const [at, value] of values.entries()) {
    expect(inSql[at], `${JSON.stringify(type)} ${show(value)}`).toBe(
      checkDocument(type, value, types) === null,
    );
  }
  return 1;
}

async function evaluate(sql: string, values: readonly unknown[]): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ fits: boolean | null }>(
    `select ${sql} as fits from unnest($1::text[]) with ordinality as given(v, n) cross join lateral (select v::jsonb as json) as parsed order by n`,
    [values.map((value) => JSON.stringify(value))],
  );
  return rows.map(({ fits }) => fits);
}

function show(value: unknown): string {
  return JSON.stringify(value);
}

/** The storage form of values of a type. */
function stored(type: TypeFact): fc.Arbitrary<unknown> {
  const position = documentTypes(namedTypes, numbers).positions.of(type);
  return randomValue(type, context).map((value) => {
    const json = encodeValue(position, value, ["field"], { table: "alpha", ...context });
    return JSON.parse(JSON.stringify(json)) as unknown;
  });
}

/** JSON that nearly fits: something in it is missing, too much, or something else. */
function mutated(json: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(
    fc.constantFrom<unknown>(null, 0, "", true, [], {}, "12", "done", "\\x00", { $date: "x" }),
    fc.constantFrom<unknown>(
      { $object: {} },
      { $bigint: "1" },
      { $date: "2026-11-22T20:37:50.123Z" },
    ),
  );
  return fc
    .tuple(json, replacement, fc.infiniteStream(fc.nat(5)))
    .map(([value, other, choices]) => mutate(value, other, choices));
}

function mutate(value: unknown, other: unknown, choices: Iterator<number>): unknown {
  const choice = (): number => choices.next().value as number;
  if (typeof value !== "object" || value === null || choice() === 0) return other;
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    const at = choice() % (copy.length + 1);
    const what = choice();
    if (what < 2) copy.splice(at, 1);
    else if (what < 4) copy.splice(at, 0, other);
    else copy[at] = mutate(copy[at], other, choices);
    return copy;
  }
  const entries = Object.entries(value);
  const at = choice() % (entries.length + 1);
  const [name, inner] = entries[at] ?? ["extra", other];
  if (choice() < 2) entries.splice(at, 1);
  else entries[at] = [name, mutate(inner, other, choices)];
  return Object.fromEntries(entries);
}

const type = fieldType(tables);

const typeAndJson = fc.tuple(type, type).chain(([type, another]) =>
  fc.record({
    type: fc.constant(type),
    own: fc.array(stored(type), { minLength: 5, maxLength: 10 }),
    others: fc
      .tuple(
        fc.array(mutated(stored(type)), { minLength: 10, maxLength: 20 }),
        fc.array(stored(another), { maxLength: 5 }),
      )
      .map((lists) => lists.flat()),
  }),
);

/** The second one is often the first one with something more. */
const twoTypes = fc.tuple(type, type, fc.nat(2)).chain(([one, other, how]) => {
  const union: TypeFact = { kind: "union", members: [one, other] };
  return fc.record({
    before: fc.constant(one),
    after: fc.constant(how === 0 ? other : how === 1 ? union : wider(one)),
    json: fc.array(stored(one), { minLength: 3, maxLength: 5 }),
  });
});

/** The same with every property optional, and every literal any text. */
function wider(type: TypeFact): TypeFact {
  switch (type.kind) {
    case "literal":
      return { kind: typeof type.value as "string" };
    case "object":
      return {
        ...type,
        properties: type.properties.map((property) => ({
          ...property,
          type: wider(property.type),
          optional: true,
        })),
      };
    case "array":
      return { ...type, element: wider(type.element) };
    case "union":
      return { ...type, members: type.members.map(wider) };
    default:
      return type;
  }
}
