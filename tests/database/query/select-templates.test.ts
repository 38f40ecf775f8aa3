import fc from "fast-check";
import { expect, test } from "vitest";
import type { ManifestTable } from "../../../compiler/model/manifest.js";
import { type QueryState, scanOf } from "../../../runtime/database/query/query-state.js";
import { selectsOf } from "../../../runtime/database/query/select-templates.js";
import { createTableStorage } from "../../../runtime/database/storage/table-storage.js";

const rest = { hasDefault: false, integer: false, ref: null };

const table: ManifestTable = {
  name: "tasks",
  fields: [
    {
      name: "rank",
      type: { kind: "union", members: [{ kind: "number" }, { kind: "null" }] },
      optional: true,
      ...rest,
    },
    { name: "title", type: { kind: "string" }, optional: true, ...rest },
  ],
  indexes: [{ name: "by_rank", fields: ["rank", "title"], unique: false }],
  promoted: [],
  relational: false,
};

const newStorage = () =>
  createTableStorage({ table, types: {}, schema: "public", tableNumber: () => 1 });

/** Few values, so that bounds meet. */
const rank = fc.constantFrom(undefined, null, 1, 2);
const title = fc.constantFrom(undefined, "a", "b");
const after = fc.option(fc.record({ rank, title }), { nil: null });

/** A bound on the field behind the equalities, with an operator of its side. */
const bound = <Operator extends string>(...operators: Operator[]) =>
  fc.option(fc.record({ operator: fc.constantFrom(...operators), rank, title }), { nil: null });

const query = fc.record({
  equalities: fc.oneof(fc.constant([]), fc.tuple(rank), fc.tuple(rank, title)),
  lower: bound("gt", "gte"),
  upper: bound("lt", "lte"),
  direction: fc.constantFrom("asc", "desc"),
  after,
  limited: fc.boolean(),
});

type Query = typeof query extends fc.Arbitrary<infer Value> ? Value : never;

const fields: readonly ("rank" | "title")[] = ["rank", "title"];

function selects(storage: ReturnType<typeof newStorage>, of: Query) {
  const index = storage.indexes.get("by_rank") ?? expect.fail();
  const next = fields[of.equalities.length];
  const state: QueryState = {
    table: storage,
    index,
    range: {
      equalities: of.equalities,
      lower: of.lower && next ? { operator: of.lower.operator, value: of.lower[next] } : null,
      upper: of.upper && next ? { operator: of.upper.operator, value: of.upper[next] } : null,
    },
    direction: of.direction,
    sortField: null,
    filters: [],
  };
  const scan = scanOf(state);
  if (of.after === null) return selectsOf(state, scan, scan.range, of.limited);
  const document: Record<string, unknown> = { ...of.after, _id: "01a204fc-b500-7001-8000-0" };
  const values = scan.shape.order.flatMap((field) => field.encodeStored(document[field.path]));
  const place = { values, inclusive: false };
  const side = of.direction === "asc" ? "lower" : "upper";
  return selectsOf(state, scan, { ...scan.range, [side]: place }, of.limited);
}

test("a statement made before is the statement that would be made now", () => {
  const used = newStorage();
  fc.assert(
    fc.property(query, (of) => {
      expect(selects(used, of)).toStrictEqual(selects(newStorage(), of));
    }),
    { numRuns: 500 },
  );
});
