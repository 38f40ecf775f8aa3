import type { WriteSession } from "../../../runtime/database/session/session.js";
import { rows } from "./database.js";
import type { Operation } from "./history.js";

/**
 * Two ways to keep a list: as one row, which an append reads and writes, and as the rows of an index
 * range, which an append reads to its end before it adds to it.
 */
export type ListKind = "row" | "range";

export const listsSql = `create table lists (name text collate "C" primary key, doc jsonb not null);
create table items (id uuid primary key default gen_random_uuid(), doc jsonb not null);
create index items_by_list on items (
  ((doc->>'list') collate "C") nulls first, ((doc->>'position')::float8) nulls first, id
)`;

/** Lists whose names begin so are ranges. */
function kindOf(list: string): ListKind {
  return list.startsWith("range") ? "range" : "row";
}

export async function readList(session: WriteSession, list: string): Promise<number[]> {
  if (kindOf(list) === "row") {
    const [row] = await rows(session, "select doc->>'values' from lists where name = $1", list);
    return JSON.parse(row?.[0] ?? "[]") as number[];
  }
  const found = await rows(
    session,
    `select doc->>'value' from items where ((doc->>'list') collate "C") = $1
     order by ((doc->>'list') collate "C") nulls first, ((doc->>'position')::float8) nulls first, id`,
    list,
  );
  return found.map(([value]) => Number(value));
}

/** Writes the list as it was read, and a value more. */
async function writeList(
  session: WriteSession,
  list: string,
  before: readonly number[],
  value: number,
): Promise<void> {
  if (kindOf(list) === "row")
    await rows(
      session,
      "update lists set doc = $2::text::jsonb where name = $1",
      list,
      JSON.stringify({ values: [...before, value] }),
    );
  else
    await rows(
      session,
      "insert into items (doc) values ($1::text::jsonb)",
      JSON.stringify({ list, position: before.length, value }),
    );
}

/** What a transaction did, as the checker wants it. */
export class Recorder {
  readonly operations: Operation[] = [];

  async read(session: WriteSession, list: string): Promise<number[]> {
    const values = await readList(session, list);
    this.operations.push({ kind: "read", list, values });
    return values;
  }

  async append(session: WriteSession, list: string, value: number): Promise<void> {
    const before = await this.read(session, list);
    await this.write(session, list, before, value);
  }

  async write(
    session: WriteSession,
    list: string,
    before: readonly number[],
    value: number,
  ): Promise<void> {
    await writeList(session, list, before, value);
    this.operations.push({ kind: "append", list, value });
  }
}
