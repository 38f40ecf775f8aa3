import { identifier } from "../../postgres/sql/identifier.js";
import type { TableStorage } from "../storage/table-storage.js";
import { ID_COLUMN } from "../storage/system-fields.js";
import { filterSql } from "./filter-sql.js";
import { Parameters } from "./parameters.js";
import type { KeyRange, QueryState, Scan } from "./query-state.js";
import { equals, type Segment, segmentsBetween, segmentSql } from "./segments.js";

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

/** A limit is one more parameter, behind those of the text. */
export function selectSql(
  state: QueryState,
  scan: Scan,
  segment: Segment,
  limited: boolean,
): BoundSql {
  const parameters = new Parameters();
  const where = conditions(state, scan, segment, parameters);
  const order = orderSql(state, scan);
  const limit = limited ? ` limit $${parameters.values.length + 1}` : "";
  const text = `select ${rowColumns(state.table)} from ${state.table.sqlName}${where}${order}${limit}`;
  return { text, parameters: parameters.values };
}

export function countSql(state: QueryState, scan: Scan, segment: Segment): BoundSql {
  const parameters = new Parameters();
  const where = conditions(state, scan, segment, parameters);
  const text = `select count(*) from ${state.table.sqlName}${where}`;
  return { text, parameters: parameters.values };
}

/** The parts of a range of a scan, each of which one statement reads, in the query's direction. */
export function segmentsOf(
  { direction }: QueryState,
  { shape }: Scan,
  { lower, upper }: KeyRange,
): readonly Segment[] {
  const segments = segmentsBetween(shape.orderColumns, lower, upper);
  return direction === "asc" ? segments : segments.toReversed();
}

function conditions(
  state: QueryState,
  scan: Scan,
  segment: Segment,
  parameters: Parameters,
): string {
  const all = [
    ...segmentSql(equals(scan.shape.fixed, scan.fixedValues), parameters),
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

/**
 * Letter for letter the order of the index: any difference would cost a sort. Of what the range
 * fixes, Postgres knows that one value has no order, and would compute it again for each row; not
 * of NULL, so that has to be there.
 */
function orderSql({ direction }: QueryState, { shape, fixedValues }: Scan): string {
  const nulls = shape.fixed.filter((_, at) => fixedValues[at] === null);
  const columns = [...nulls, ...shape.orderColumns];
  if (columns.length === 0) return "";
  const terms = columns.map(({ sql }) => {
    if (sql === ID_COLUMN) return direction === "asc" ? sql : `${sql} desc`;
    return `${sql} ${direction === "asc" ? "nulls first" : "desc nulls last"}`;
  });
  return ` order by ${terms.join(", ")}`;
}
