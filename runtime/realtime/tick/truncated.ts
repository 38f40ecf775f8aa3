import type { ReadSession } from "../../database/session/session.js";
import type { Statement } from "../../database/session/statement.js";
import type { ReadSet } from "../read-set/read-set.js";
import type { ReadTable } from "../read-set/read-set-index.js";

/**
 * The snapshot knows which file a table was in, and `pg_relation_filenode` which one it is in now. A
 * table that was read is locked until the transaction ends, so the answer stays right.
 */
const selectMoved: Statement = {
  name: "convoy_moved_tables",
  text: `select 1 from unnest($1::text[]) as name join pg_class c on c.oid = to_regclass(name)
where c.relfilenode is distinct from pg_relation_filenode(c.oid) limit 1`,
};

/**
 * Whether a table that was read has been truncated or rewritten since the snapshot was taken. Then
 * its rows are missing from the snapshot: Postgres keeps old versions of rows, not of whole tables.
 */
export async function wasTruncated(
  session: Pick<ReadSession, "run">,
  tables: readonly ReadTable[],
  reads: Iterable<ReadSet>,
): Promise<boolean> {
  const read = new Set<number>();
  for (const set of reads) {
    if (set.isEverything) for (const { number } of tables) read.add(number);
    for (const number of set.points.keys()) read.add(number);
    for (const { tableNumber } of set.ranges) read.add(tableNumber);
  }
  if (read.size === 0) return false;
  const names = tables.filter(({ number }) => read.has(number)).map(({ sqlName }) => sqlName);
  const { count } = await session.run(selectMoved, [names]);
  return count > 0;
}
