import type { ReadSession } from "../session/session.js";
import type { StatementCache } from "../session/statement-cache.js";
import type { StoredDocument } from "../storage/document-codec.js";
import { behind, type Place } from "./cursor.js";
import type { QueryState, Scan } from "./query-state.js";
import { type BoundSql, countSql, segmentsOf, selectSql } from "./select-sql.js";

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
  { after, limit }: { readonly after: Place | null; readonly limit: number | null },
): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = [];
  const bound = after === null ? null : behind(scan, after);
  // One after the other: what a limit keeps from being read cannot be in conflict with anyone.
  for (const segment of segmentsOf(state, scan, bound)) {
    const left = limit === null ? null : limit - documents.length;
    if (left === 0) break;
    const { rows } = await run(context, selectSql(state, scan, segment, left));
    for (const row of rows) documents.push(state.table.decode(row));
  }
  return documents;
}

export async function countDocuments(
  context: QueryContext,
  state: QueryState,
  scan: Scan,
): Promise<number> {
  const counts = await Promise.all(
    segmentsOf(state, scan, null).map(async (segment) => {
      const { rows } = await run(context, countSql(state, scan, segment));
      return Number(rows[0]?.[0]);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function run({ session, statements }: QueryContext, { text, parameters }: BoundSql) {
  return session.run(statements.get(text), parameters);
}
