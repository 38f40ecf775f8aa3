import fc from "fast-check";
import type {
  Manifest,
  ManifestField,
  ManifestIndex,
  ManifestTable,
} from "../../../compiler/model/manifest.js";
import { fieldPathsOf } from "../../database/support/field-paths.js";
import { type DocumentFields, randomDocument } from "../../database/support/random-document.js";
import type { IndexUse } from "../../database/support/query-description.js";
import { randomQuery } from "../../database/support/random-query.js";
import { type RandomRows, randomRows, rowId } from "../../database/support/random-rows.js";
import { randomManifest } from "../../database/support/random-schema.js";
import { namedTypes } from "../../database/support/random-type.js";
import { tableNumbers } from "../../database/support/test-ids.js";
import type { LiveDescription } from "./program.js";
import { CLIENTS, HELD_ROWS, type Row, type Scenario, type Step, type Write } from "./scenario.js";

const ROWS = 12;
const QUERIES = 10;

export const randomScenario: fc.Arbitrary<Scenario> = randomManifest.chain((manifest) =>
  randomRows(manifest, ROWS).chain((rows) => {
    const descriptions = manifest.tables.map((table, at) =>
      randomDescription(manifest, table, rows[at] as RandomRows),
    );
    return fc.record({
      tables: fc.constant(manifest.tables),
      rows: fc.constant(rows.map((of, at) => placesOf(of, at + 1))),
      queries: fc.array(fc.oneof(...descriptions), { minLength: QUERIES, maxLength: QUERIES }),
      steps: fc
        .tuple(
          fc.array(randomWatch, { minLength: 4, maxLength: 15, size: "max" }),
          fc.array(randomStep(manifest), { minLength: 10, maxLength: 40, size: "max" }),
        )
        .map((parts) => parts.flat()),
      isFree: fc.boolean(),
    });
  }),
);

const randomClient = fc.nat(CLIENTS - 1);
const randomWatch: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("watch", "watch", "watch", "page"),
  client: randomClient,
  query: fc.nat(QUERIES - 1),
});

function placesOf({ documents }: RandomRows, tableNumber: number): readonly Row[] {
  return Array.from({ length: ROWS }, (_, row) => row).flatMap((row): Row[] => {
    const fields = documents.get(rowId(tableNumber, row));
    return fields === undefined ? [] : [{ row, fields }];
  });
}

function randomDescription(
  manifest: Manifest,
  table: ManifestTable,
  { model }: RandomRows,
): fc.Arbitrary<LiveDescription> {
  const number = tableNumbers(manifest.tables)(table.name);
  const query = randomQuery(manifest, table, model);
  const kind = <Kind extends string>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: kind("query"), query }) },
    { weight: 2, arbitrary: fc.record({ kind: kind("both"), first: query, second: query }) },
    {
      weight: 2,
      arbitrary: query.map((first) => ({
        kind: "both" as const,
        first,
        second: { ...first, index: first.index && adjoining(first.index) },
      })),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind("depending"),
        on: query,
        nothing: query,
        something: query,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind("refusing"), query }) },
    {
      weight: 2,
      arbitrary: fc
        .nat(ROWS)
        .map((row) => ({ kind: "get" as const, table: table.name, id: rowId(number, row) })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind("sql"),
        table: fc.constant(table.name),
        of: fc.constantFrom<"count" | "last" | "share">("count", "last", "share"),
      }),
    },
  );
}

/** What comes after a range; nothing, where that has an end on both sides. */
function adjoining({ lower, upper, ...rest }: IndexUse): IndexUse {
  return {
    ...rest,
    lower: upper && { operator: upper.operator === "lt" ? "gte" : "gt", value: upper.value },
    upper: lower && { operator: lower.operator === "gte" ? "lt" : "lte", value: lower.value },
  };
}

function randomStep(manifest: Manifest): fc.Arbitrary<Step> {
  const document = manifest.tables.map((table) =>
    randomDocument(table, { types: manifest.types, tableNumber: tableNumbers(manifest.tables) }),
  );
  const table = fc.nat(manifest.tables.length - 1);
  const put = (row: fc.Arbitrary<number>): fc.Arbitrary<Write> =>
    table.chain((at) =>
      fc.record({
        kind: fc.constant("put" as const),
        table: fc.constant(at),
        row,
        fields: fc.option<DocumentFields>(document[at] as fc.Arbitrary<DocumentFields>, {
          freq: 3,
        }),
      }),
    );
  const row = fc.nat(ROWS + 2);
  const write: fc.Arbitrary<Write> = fc.oneof(
    { weight: 20, arbitrary: put(row) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("touch-all", "delete-all", "truncate"),
        table,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("copy-all", "move"), table, row }) },
  );
  const writes = fc.array(write, { minLength: 1, maxLength: 3 });
  const held = fc.array(put(fc.integer({ min: HELD_ROWS, max: HELD_ROWS + 3 })), {
    minLength: 1,
    maxLength: 2,
  });
  const client = randomClient;
  const query = fc.nat(QUERIES - 1);
  const flood = fc.record({ kind: fc.constant("flood" as const), table, row });
  const kinds = <Kind extends string>(...names: Kind[]): fc.Arbitrary<Kind> =>
    fc.constantFrom(...names);
  return fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 40, arbitrary: fc.record({ kind: kinds("sql"), writes }) },
    { weight: 20, arbitrary: fc.record({ kind: kinds("mutation"), client, writes }) },
    { weight: 8, arbitrary: fc.record({ kind: kinds("hold"), writes: held }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: kinds("release"), isCommitted: fc.nat(3).map((n) => n > 0) }),
    },
    { weight: 30, arbitrary: randomWatch },
    { weight: 8, arbitrary: fc.record({ kind: kinds("unwatch"), client, query }) },
    { weight: 15, arbitrary: fc.record({ kind: kinds("slow", "quick", "reconnect"), client }) },
    { weight: 30, arbitrary: fc.record({ kind: kinds("tick") }) },
    { weight: 20, arbitrary: fc.record({ kind: kinds("begin", "end") }) },
    { weight: 6, arbitrary: fc.record({ kind: kinds("quiet") }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kinds("sync"),
        tables: fc.tuple(...manifest.tables.map(extended)),
        isReplaced: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kinds("sync"),
        tables: fc.tuple(...manifest.tables.map(reduced)),
        isReplaced: fc.constant(false),
      }),
    },
    { weight: 1, arbitrary: flood.map((of) => ({ kind: "sql" as const, writes: [of] })) },
  );
}

const added: ManifestField = {
  name: "added",
  type: { kind: "date" },
  optional: true,
  hasDefault: false,
  integer: false,
  ref: null,
};

/** What may come to a table while the code that knows it runs. */
function extended(table: ManifestTable): fc.Arbitrary<ManifestTable> {
  const paths = fieldPathsOf(table, namedTypes).filter(({ indexable }) => indexable);
  const further = paths.slice(0, 2).map(
    ({ path }, at): ManifestIndex => ({
      name: `further_${at}`,
      fields: [path],
      unique: false,
    }),
  );
  return fc
    .record({ indexes: fc.subarray(further), hasField: fc.boolean() })
    .map(({ indexes, hasField }) => ({
      ...table,
      // Before the others: their keys are noted in another order from then on.
      indexes: [...indexes, ...table.indexes],
      // The fields of a relational table are columns, all of them.
      fields: hasField && !table.relational ? [...table.fields, added] : table.fields,
    }));
}

/** Indexes go that the code still names: it gets its results all the same. */
function reduced(table: ManifestTable): fc.Arbitrary<ManifestTable> {
  const others = table.indexes.filter(({ unique }) => !unique);
  return fc.subarray(others).map((gone) => ({
    ...table,
    indexes: table.indexes.filter((index) => !gone.includes(index)),
  }));
}
