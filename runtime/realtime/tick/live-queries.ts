import type { FunctionRunner } from "../../functions/run/runner.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { Fence } from "../changes/fence.js";
import { readChanges } from "../changes/read-changes.js";
import type { LiveQuery, Watch } from "../query/live-query.js";
import type { ResultTexts } from "../query/result-texts.js";
import { sameResult } from "../query/result.js";
import { type ReadTable, ReadSetIndex } from "../read-set/read-set-index.js";
import type { LiveSession } from "../session/live-session.js";
import type { ReadQuery } from "../session/read-messages.js";
import { type Clock, realClock } from "./clock.js";
import { Retries } from "./retries.js";
import { type QueryEnvironment, type QueryRun, runQueries } from "./run-queries.js";
import { SnapshotTransaction } from "./snapshot-transaction.js";
import { TruncationCheck } from "./truncation-check.js";

/** The code that live queries run, on one database. */
export interface LiveProgram {
  readonly runner: Pick<FunctionRunner, "runQueryOn">;
  readonly tables: readonly ReadTable[];
}

export interface LiveQueriesOptions {
  readonly pool: Pool;
  /** What is to be run now: another object when the code has been replaced. */
  readonly program: () => Promise<LiveProgram>;
  readonly texts: ResultTexts;
  readonly failed: QueryEnvironment["failed"];
  /** Names this server in the database; its lease there keeps the changes that it needs. */
  readonly serverId: string;
  readonly clock?: Clock;
}

/** What has been done so far: for metrics, and for tests of what need not be done. */
export interface LiveCounts {
  readonly ticks: number;
  /** Runs of queries, first ones included. */
  readonly runs: number;
}

/** What was read on a snapshot, and when its transaction has ended. */
interface SnapshotRuns {
  readonly runs: ReadonlyMap<LiveQuery, QueryRun>;
  readonly ended: Promise<void>;
}

/**
 * All queries that are watched through this server. A tick takes them, and everybody who watches,
 * from one snapshot of the database to a later one.
 */
export class LiveQueries {
  readonly #options: LiveQueriesOptions;
  readonly #queries = new Map<string, LiveQuery>();
  /** Those that are to run whatever was written: they have not run yet, or have failed. */
  readonly #due = new Set<LiveQuery>();
  readonly #retries: Retries;
  /** Sessions with something to be told at the end of the next tick. */
  readonly #waiting = new Set<LiveSession>();
  /** Sessions of each query's watches, to know whom a change concerns. */
  readonly #sessionOf = new WeakMap<Watch, LiveSession>();
  #program: LiveProgram | null = null;
  #index = new ReadSetIndex<LiveQuery>([]);
  #fence: Fence | null = null;
  #ticks = 0;
  #runs = 0;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    this.#retries = new Retries(options.clock ?? realClock, (query) => this.#due.add(query));
  }

  get counts(): LiveCounts {
    return { ticks: this.#ticks, runs: this.#runs };
  }

  /** Queries that are watched; equal ones count once. */
  get size(): number {
    return this.#queries.size;
  }

  /** What the results are the state of; `null` where no change that came before is needed. */
  get fence(): Fence | null {
    return this.#queries.size === 0 ? null : this.#fence;
  }

  /** Whether a tick has something to do even if nothing was written. */
  get isDue(): boolean {
    return this.#waiting.size > 0;
  }

  get texts(): ResultTexts {
    return this.#options.texts;
  }

  /** @param left what the session has just left: who comes back at once asks for it again. */
  watch(
    session: LiveSession,
    { id, name, args, hash, values }: ReadQuery,
    left: ReadonlySet<LiveQuery> = new Set(),
  ): void {
    const key = `${name}(${JSON.stringify(args)})`;
    let query = this.#queries.get(key);
    if (query === undefined) {
      query = {
        key,
        name,
        args: values,
        result: null,
        reads: null,
        isGuarded: false,
        watches: new Set(),
      };
      this.#queries.set(key, query);
      this.#due.add(query);
    } else if (left.has(query) && query.result?.kind === "error") {
      this.#due.add(query);
    }
    const watch: Watch = { id, query, sent: null, knownHash: hash, hasJoined: false };
    query.watches.add(watch);
    this.#sessionOf.set(watch, session);
    session.addWatch(watch);
    this.#waiting.add(session);
  }

  /** @returns the query that was watched, if one was. */
  unwatch(session: LiveSession, id: number): LiveQuery | undefined {
    const watch = session.deleteWatch(id);
    if (watch !== undefined) this.#release(watch);
    return watch?.query;
  }

  /** The client is to be told when the effect of this mutation is in its results. */
  settle(session: LiveSession, mutation: number): void {
    if (session.settle(mutation)) this.#waiting.add(session);
  }

  /** Its client has gone. */
  end(session: LiveSession): void {
    for (const watch of session.watches.values()) this.#release(watch);
    this.#waiting.delete(session);
  }

  /**
   * Brings all results to the state of a new snapshot, and tells those whom it concerns. One at a
   * time.
   *
   * @throws {ConvoyError} where the database cannot be reached; all is as it was before.
   */
  async tick(): Promise<void> {
    const program = await this.#options.program();
    if (program !== this.#program) this.#begin(program);
    const joined = [...this.#waiting];
    for (const session of joined) session.beginTick();
    const { runs, ended } = await this.#runOnSnapshot(program);
    // From here on nothing waits: whoever looks at results sees those of one snapshot.
    const concerned = new Set(joined);
    for (const [query, run] of runs) this.#take(query, run, concerned);
    for (const session of joined) this.#waiting.delete(session);
    this.#ticks += 1;
    this.#options.texts.clear();
    for (const session of concerned) session.endTick();
    // Watches that were added meanwhile wait for the next one.
    for (const session of joined) if (session.isWaiting) this.#waiting.add(session);
    await ended;
  }

  /** Other code, perhaps with other tables: nothing is known of what it reads. */
  #begin(program: LiveProgram): void {
    this.#program = program;
    this.#index = new ReadSetIndex(program.tables);
    this.#fence = null;
    for (const query of this.#queries.values()) query.reads = null;
  }

  async #runOnSnapshot(program: LiveProgram): Promise<SnapshotRuns> {
    const { pool, serverId, failed } = this.#options;
    const environment = { runner: program.runner, failed };
    for (;;) {
      const transaction = await SnapshotTransaction.begin(pool);
      let runs: ReadonlyMap<LiveQuery, QueryRun> | null = null;
      try {
        const layouts = new Map(program.tables.map((table) => [table.number, table.layout]));
        const { fence, changes } = await readChanges(transaction.session(), {
          previous: this.#fence,
          layouts,
          serverId,
        });
        const affected = new Set(this.#due);
        if (changes === null) for (const query of this.#queries.values()) affected.add(query);
        else for (const change of changes) this.#index.match(change, affected);
        const truncation = new TruncationCheck(transaction, program.tables);
        truncation.expect(affected);
        const found = await runQueries(transaction, environment, affected);
        // A statement has failed that nobody expected to, and nothing more can be read.
        if (found === "again") continue;
        if (await truncation.hasFound(found.values())) continue;
        this.#fence = fence;
        this.#runs += found.size;
        runs = found;
      } finally {
        // Nobody who waits for the results need wait for the end as well.
        if (runs === null) await transaction.end();
      }
      return { runs, ended: transaction.end() };
    }
  }

  #take(query: LiveQuery, { reads, result }: QueryRun, concerned: Set<LiveSession>): void {
    // Nobody watches it any more.
    if (this.#queries.get(query.key) !== query) return;
    this.#due.delete(query);
    if (query.reads !== null) this.#index.delete(query, query.reads);
    query.reads = reads;
    this.#index.add(query, reads);
    this.#retries.note(query, result);
    if (sameResult(query.result, result)) return;
    query.result = result;
    for (const watch of query.watches) {
      const session = this.#sessionOf.get(watch);
      session?.noteChange(watch);
      if (session !== undefined) concerned.add(session);
    }
  }

  #release(watch: Watch): void {
    const { query } = watch;
    query.watches.delete(watch);
    if (query.watches.size > 0 || this.#queries.get(query.key) !== query) return;
    this.#queries.delete(query.key);
    this.#due.delete(query);
    this.#retries.forget(query);
    if (query.reads !== null) this.#index.delete(query, query.reads);
    // Nobody needs to know what changes from here on.
    if (this.#queries.size === 0) this.#fence = null;
  }
}
