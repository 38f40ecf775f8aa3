import type { ReadSession } from "../../database/session/session.js";
import type { Row, Statement } from "../../database/session/statement.js";
import type { ChangeLayout } from "../../database/storage/change-layout.js";
import type { KeyTexts, RowChange, TableChange } from "./change.js";
import { type Fence, parseFence } from "./fence.js";

/** What happened between two snapshots of the database. */
export interface ChangesSince {
  /** Of the snapshot in which this was read. */
  readonly fence: Fence;
  /** At most one for each table; `null` where anything may have changed. */
  readonly changes: readonly TableChange[] | null;
}

export interface ReadChangesOptions {
  /** Where the last reading ended; `null` where nothing is known from before. */
  readonly previous: Fence | null;
  /** The tables whose changes are wanted, by their numbers, and what is expected to be noted. */
  readonly layouts: ReadonlyMap<number, ChangeLayout>;
  /** Whose lease has kept the changes since then. */
  readonly serverId: string;
}

/** Of more, running every query again is the quicker way to learn what changed. */
const MAX_CHANGES = 20_000;

/**
 * One row tells of the snapshot. The others are what this snapshot sees and the last one did
 * not: of transactions that had not begun, or not ended. Positions in the log could not tell, since
 * transactions do not end in the order in which they write.
 *
 * Two scans of the index, since our sessions have bitmaps switched off, and with them "or".
 */
const selectChanges: Statement = {
  name: "convoy_changes",
  text: `(select pg_current_snapshot()::text, needed_from::text, boot.id || '/' || registration || '/' || (
    select oid from pg_database where datname = current_database()), null, null
  from (select) as always
  left join _convoy.boot on true
  left join _convoy.leases on server_id = $3::uuid)
union all
(select table_number::text, layout::text, id::text, to_json(before)::text, to_json(after)::text from (
  select table_number, layout, id, before, after from _convoy.changes where xid >= $1::xid8
  union all
  select table_number, layout, id, before, after from _convoy.changes where xid = any($2::xid8[])
) as noted limit ${MAX_CHANGES + 1})`,
};

/**
 * What has been written to the tables since the last reading, in one round trip. The first statement
 * of a transaction that is REPEATABLE READ: whatever it reads after this is of the same snapshot.
 *
 * @throws {ConvoyError} for whatever Postgres or the connection reports.
 */
export async function readChanges(
  session: Pick<ReadSession, "run">,
  { previous, layouts, serverId }: ReadChangesOptions,
): Promise<ChangesSince> {
  const { rows } = await session.run(selectChanges, [
    previous === null ? null : String(previous.xmax),
    previous === null ? [] : previous.xip.map(String),
    serverId,
  ]);
  const { header, noted } = separate(rows);
  const [snapshot, neededFrom, life] = header;
  const fence = parseFence(snapshot ?? "", life ?? null);
  const isComplete =
    previous !== null &&
    isSameLife(previous, fence) &&
    isKept(previous, neededFrom ?? null) &&
    noted.length <= MAX_CHANGES;
  return { fence, changes: isComplete ? changesOf(noted, layouts) : null };
}

/** Only a snapshot has colons. Postgres promises no order, though it has no reason to change it. */
function separate(rows: readonly Row[]): { readonly header: Row; readonly noted: readonly Row[] } {
  const at = rows.findIndex(([first]) => first?.includes(":"));
  return { header: rows[at] ?? [], noted: rows.toSpliced(at, 1) };
}

/**
 * A crash empties the log, and may use numbers of transactions again; so may another database, where
 * one was restored. Without the lease, anything may have been deleted since.
 */
function isSameLife(previous: Fence, fence: Fence): boolean {
  return (
    previous.life !== null &&
    previous.life === fence.life &&
    previous.xmin <= fence.xmin &&
    previous.xmax <= fence.xmax
  );
}

/** A server that had said that it needs nothing, and then did, may come too late. */
function isKept(previous: Fence, neededFrom: string | null): boolean {
  return neededFrom !== null && BigInt(neededFrom) <= previous.xmin;
}

function changesOf(
  noted: readonly Row[],
  layouts: ReadonlyMap<number, ChangeLayout>,
): readonly TableChange[] {
  const byTable = new Map<number, RowChange[] | "table">();
  for (const [table, hash, id, before, after] of noted) {
    const tableNumber = Number(table);
    const layout = layouts.get(tableNumber);
    if (layout === undefined) continue;
    const found = byTable.get(tableNumber);
    if (found === "table") continue;
    if (id === null || id === undefined || Number(hash) !== layout.hash) {
      byTable.set(tableNumber, "table");
      continue;
    }
    const row: RowChange = { id, before: keyOf(before), after: keyOf(after) };
    if (found === undefined) byTable.set(tableNumber, [row]);
    else found.push(row);
  }
  return [...byTable].map(([tableNumber, rows]) =>
    rows === "table" ? { kind: "table", tableNumber } : { kind: "rows", tableNumber, rows },
  );
}

function keyOf(json: string | null | undefined): KeyTexts | null {
  return json === null || json === undefined ? null : (JSON.parse(json) as KeyTexts);
}
