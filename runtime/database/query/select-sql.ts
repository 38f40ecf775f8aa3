import { identifier } from "../../postgres/sql/identifier.js";
import type { TableStorage } from "../storage/table-storage.js";
import { ID_COLUMN } from "../storage/system-fields.js";
import { filterSql } from "./filter-sql.js";
import { Parameters } from "./parameters.js";
import type { QueryState, Scan } from "./query-state.js";
import { equals, type KeyBound, type Segment, segmentsBetween, segmentSql } from "./segments.js";

/** A statement's text with its parameters. */
export interface BoundSql {
  readonly text: string;
  readonly parameters: readonly (string | null)[];
}

/** The columns of a row, as a table's `decode` takes them. */
export function rowColumns({ columns }: TableStorage): string {
  const own = [...(columns.document ? [columns.document] : []), ...columns.promoted];
  return [ID_COLUMN, ...own.map(({ name }) => identifier(name))].join(", ");
}

/** The parts of a scan, each of which one statement reads, in the direction of the query. */
export function segmentsOf(
  { direction }: QueryState,
  scan: Scan,
  after: KeyBound | null,
): readonly Segment[] {
  const columns = scan.order.flatMap((field) => field.columns);
  if (direction === "asc") return segmentsBetween(columns, after ?? scan.lower, scan.upper);
  return segmentsBetween(columns, scan.lower, after ?? scan.upper).toReversed();
}

export function selectSql(
  state: QueryState,
  scan: Scan,
  segment: Segment,
  limit: number | null,
): BoundSql {
  const parameters = new Parameters();
  const where = conditions(state, scan, segment, parameters);
  const order = orderSql(state, scan);
  const end = limit === null ? "" : ` limit ${parameters.add(String(limit))}`;
  const text = `select ${rowColumns(state.table)} from ${state.table.sqlName}${where}${order}${end}`;
  return { text, parameters: parameters.values };
}

export function countSql(state: QueryState, scan: Scan, segment: Segment): BoundSql {
  const parameters = new Parameters();
  const where = conditions(state, scan, segment, parameters);
  const text = `select count(*) from ${state.table.sqlName}${where}`;
  return { text, parameters: parameters.values };
}

function conditions(
  state: QueryState,
  scan: Scan,
  segment: Segment,
  parameters: Parameters,
): string {
  const all = [
    ...segmentSql(equals(scan.fixed, scan.fixedValues), parameters),
    ...outsideSql(scan, parameters),
    ...segmentSql(segment, parameters),
    ...state.filters.map((filter) => filterSql(filter, state.table, parameters)),
  ];
  return all.length === 0 ? "" : ` where ${all.join(" and ")}`;
}

function outsideSql({ outside }: Scan, parameters: Parameters): readonly string[] {
  if (outside === null) return [];
  const { lower, upper } = outside.range;
  if (lower === null && upper === null) return [];
  const segments = segmentsBetween(outside.columns, lower, upper).map((segment) =>
    segment.length === 0 ? "true" : `(${segmentSql(segment, parameters).join(" and ")})`,
  );
  return segments.length === 0 ? ["false"] : [`(${segments.join(" or ")})`];
}

/** Letter for letter the order of the index: any difference would cost a sort. */
function orderSql({ direction }: QueryState, { fixed, order }: Scan): string {
  const columns = [...fixed, ...order.flatMap((field) => field.columns)];
  if (columns.length === 0) return "";
  const terms = columns.map(({ sql }) => {
    if (sql === ID_COLUMN) return direction === "asc" ? sql : `${sql} desc`;
    return `${sql} ${direction === "asc" ? "nulls first" : "desc nulls last"}`;
  });
  return ` order by ${terms.join(", ")}`;
}
