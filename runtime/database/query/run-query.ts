import type { ReadSession } from "../session/session.js";
import type { StatementCache } from "../session/statement-cache.js";
import type { StoredDocument } from "../storage/document-codec.js";
import { behind, type Place } from "./cursor.js";
import type { KeyRange, QueryState, Scan } from "./query-state.js";
import { readRange } from "./read-range.js";
import { countSql, segmentsOf } from "./select-sql.js";
import { selectsOf } from "./select-templates.js";

/** Where queries run. */
export interface QueryContext {
  readonly session: ReadSession;
  readonly statements: StatementCache;
}

/** The documents of a query, behind a place and at most so many. */
export async function readDocuments(
  context: QueryContext,
  state: QueryState,
  scan: Scan,
  after: Place | null,
  limit: number | null,
): Promise<StoredDocument[]> {
  const range = after === null ? scan.range : rangeBehind(state, scan, after);
  const { reads } = context.session;
  if (reads === undefined) return await selectDocuments(context, state, scan, range, limit);
  let documents: StoredDocument[] | null = null;
  try {
    documents = await selectDocuments(context, state, scan, range, limit);
    return documents;
  } finally {
    const isFull = documents !== null && documents.length === limit;
    reads.range(readRange(state, scan, range, isFull ? (documents?.at(-1) ?? null) : null));
  }
}

async function selectDocuments(
  { session, statements }: QueryContext,
  state: QueryState,
  scan: Scan,
  range: KeyRange,
  limit: number | null,
): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = [];
  // One after the other: what a limit keeps from being read cannot be in conflict with anyone.
  for (const { text, parameters } of selectsOf(state, scan, range, limit !== null)) {
    const left = limit === null ? null : limit - documents.length;
    if (left === 0) break;
    const { rows } = await session.run(
      statements.get(text),
      left === null ? parameters : [...parameters, String(left)],
    );
    for (const row of rows) documents.push(state.table.decode(row));
  }
  return documents;
}

function rangeBehind({ direction }: QueryState, scan: Scan, after: Place): KeyRange {
  const bound = behind(scan, after);
  return direction === "asc" ? { ...scan.range, lower: bound } : { ...scan.range, upper: bound };
}

export async function countDocuments(
  { session, statements }: QueryContext,
  state: QueryState,
  scan: Scan,
): Promise<number> {
  session.reads?.range(readRange(state, scan, scan.range, null));
  const counts = await Promise.all(
    segmentsOf(state, scan, scan.range).map(async (segment) => {
      const { text, parameters } = countSql(state, scan, segment);
      const { rows } = await session.run(statements.get(text), parameters);
      return Number(rows[0]?.[0]);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
