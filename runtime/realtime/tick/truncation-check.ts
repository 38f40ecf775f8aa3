import type { Statement } from "../../database/session/statement.js";
import type { ReadSet } from "../read-set/read-set.js";
import type { ReadTable } from "../read-set/read-set-index.js";
import type { SnapshotTransaction } from "./snapshot-transaction.js";

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
 * Learns whether a table that was read has been truncated or rewritten since the snapshot was taken.
 * Then its rows are missing from the snapshot: Postgres keeps old versions of rows, not of whole
 * tables.
 */
export class TruncationCheck {
  readonly #transaction: SnapshotTransaction;
  readonly #tables: readonly ReadTable[];
  #early: EarlyAnswer | null = null;

  constructor(transaction: SnapshotTransaction, tables: readonly ReadTable[]) {
    this.#transaction = transaction;
    this.#tables = tables;
  }

  /**
   * To be called before these queries run. Most of them read the tables that they read the last time,
   * in one statement each: the question that comes after those shares their round trip.
   */
  expect(queries: Iterable<{ readonly reads: ReadSet | null }>): void {
    const reads = [...queries].flatMap((query) => query.reads ?? []);
    if (reads.length === 0) return;
    const tables = tablesOf(reads, this.#tables);
    const { sent } = this.#transaction;
    // When all have sent what they can without an answer, and before it leaves.
    process.nextTick(() => {
      if (this.#transaction.sent === sent) return;
      const hasMoved = this.#ask(tables);
      // Whatever is wrong with the transaction, its queries say.
      hasMoved.catch(() => {});
      this.#early = { tables, hasMoved, sent: this.#transaction.sent };
    });
  }

  /** @param runs what the queries have read in the end. */
  async hasFound(runs: Iterable<{ readonly reads: ReadSet }>): Promise<boolean> {
    const tables = tablesOf(
      Array.from(runs, (run) => run.reads),
      this.#tables,
    );
    if (tables.size === 0) return false;
    const early = this.#early;
    const isAnswered =
      early !== null &&
      early.sent === this.#transaction.sent &&
      [...tables].every((table) => early.tables.has(table));
    return await (isAnswered ? early.hasMoved : this.#ask(tables));
  }

  async #ask(tables: ReadonlySet<number>): Promise<boolean> {
    const names = this.#tables.filter(({ number }) => tables.has(number));
    const session = this.#transaction.session();
    const { count } = await session.run(selectMoved, [names.map(({ sqlName }) => sqlName)]);
    return count > 0;
  }
}

interface EarlyAnswer {
  /** The numbers of the tables that it is of. */
  readonly tables: ReadonlySet<number>;
  readonly hasMoved: Promise<boolean>;
  /** Statements that were sent by then: what a later one reads, it does not know. */
  readonly sent: number;
}

function tablesOf(reads: Iterable<ReadSet>, tables: readonly ReadTable[]): ReadonlySet<number> {
  const read = new Set<number>();
  for (const set of reads) {
    if (set.isEverything) for (const { number } of tables) read.add(number);
    for (const number of set.points.keys()) read.add(number);
    for (const { tableNumber } of set.ranges) read.add(tableNumber);
  }
  return read;
}
