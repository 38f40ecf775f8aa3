import type { GenericDataModel } from "../../../runtime/database/data-model.js";
import type { PaginationResult } from "../../../runtime/database/query.js";
import type { GenericDatabaseReader } from "../../../runtime/database/reader.js";
import { ConvoyError } from "../../../protocol/errors.js";
import type { ModelDocument } from "./model-table.js";
import type {
  ConditionDescription,
  IndexUse,
  OperandDescription,
  QueryDescription,
} from "./query-description.js";
import { notUnique } from "./evaluate-query.js";

/** The builder without the types of a project: descriptions are made of names at run time. */
interface LooseQuery extends AsyncIterable<ModelDocument> {
  withIndex(name: string, range: (q: LooseRange) => unknown): LooseQuery;
  order(direction: "asc" | "desc", field?: string): LooseQuery;
  filter(condition: (q: LooseFilter) => unknown): LooseQuery;
  collect(): Promise<ModelDocument[]>;
  take(n: number): Promise<ModelDocument[]>;
  first(): Promise<ModelDocument | null>;
  unique(): Promise<ModelDocument | null>;
  count(): Promise<number>;
  paginate(options: {
    readonly cursor: string | null;
    readonly numItems: number;
  }): Promise<PaginationResult<ModelDocument>>;
}

type LooseRange = Readonly<
  Record<"eq" | "gt" | "gte" | "lt" | "lte", (field: string, value: unknown) => LooseRange>
>;

type LooseFilter = Readonly<
  Record<"eq" | "neq" | "lt" | "lte" | "gt" | "gte", (left: unknown, right: unknown) => unknown>
> &
  Readonly<Record<"and" | "or", (...conditions: readonly unknown[]) => unknown>> & {
    field(path: string): unknown;
    not(condition: unknown): unknown;
  };

export type Reader = GenericDatabaseReader<GenericDataModel>;

/** What the database gives for a query. */
export async function runQuery(reader: Reader, description: QueryDescription): Promise<unknown> {
  const query = buildQuery(reader, description);
  const { terminal } = description;
  switch (terminal.kind) {
    case "collect":
      return await query.collect();
    case "take":
      return await query.take(terminal.n);
    case "first":
      return await query.first();
    case "unique":
      return await query.unique().catch((error: unknown) => {
        if (error instanceof ConvoyError && error.code === "not-unique") return notUnique;
        throw error;
      });
    case "count":
      return await query.count();
    case "iterate":
      return await all(query);
    case "paginate":
      return (await all(pagesOf(query, terminal.numItems))).flat();
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The pages of a query, one by one. */
export async function* pagesOf(
  query: LooseQuery,
  numItems: number,
): AsyncGenerator<ModelDocument[]> {
  let cursor: string | null = null;
  for (;;) {
    const result: PaginationResult<ModelDocument> = await query.paginate({ cursor, numItems });
    if (result.page.length > numItems) throw new Error("The page is longer than asked for.");
    if (result.page.length === 0 && !result.isDone) throw new Error("The page is empty.");
    yield result.page;
    if (result.isDone) return;
    cursor = result.continueCursor;
  }
}

export function buildQuery(reader: Reader, description: QueryDescription): LooseQuery {
  const { table, index, order, filters } = description;
  let query = reader.query(table) as unknown as LooseQuery;
  if (index !== null) query = query.withIndex(index.name, (q) => buildRange(q, index));
  if (order !== null) query = query.order(order.direction, order.field ?? undefined);
  for (const filter of filters) query = query.filter((q) => buildCondition(q, filter));
  return query;
}

function buildRange(q: LooseRange, { fields, equal, lower, upper }: IndexUse): LooseRange {
  let range = q;
  for (const [at, value] of equal.entries()) range = range.eq(fields[at] ?? "", value);
  const next = fields[equal.length] ?? "";
  if (lower !== null) range = range[lower.operator](next, lower.value);
  if (upper !== null) range = range[upper.operator](next, upper.value);
  return range;
}

function buildCondition(q: LooseFilter, condition: ConditionDescription): unknown {
  const operand = (of: OperandDescription) => (of.kind === "field" ? q.field(of.path) : of.value);
  switch (condition.kind) {
    case "literal":
      return condition.value;
    case "field":
      return q.field(condition.path);
    case "not":
      return q.not(buildCondition(q, condition.condition));
    case "and":
    case "or":
      return q[condition.kind](...condition.conditions.map((inner) => buildCondition(q, inner)));
    case "comparison":
      return q[condition.operator](operand(condition.left), operand(condition.right));
  }
}
