import type { ManifestTable } from "../../../compiler/model/manifest.js";
import type { QueryDescription } from "../../database/support/query-description.js";
import type { LiveDescription } from "./program.js";
import type { Scenario, Step, Write } from "./scenario.js";

export interface ShrinkOptions {
  /** Whether a scenario still goes wrong in the same way. */
  readonly fails: (scenario: Scenario) => Promise<boolean>;
  /** Ends the search: what has been found by then is small enough. */
  readonly isOver: () => boolean;
}

/**
 * A scenario that goes wrong as this one does, with as little in it as can be found. It is made
 * smaller as data: the arbitrary would make all anew that comes after what it makes smaller.
 */
export async function shrinkScenario(
  scenario: Scenario,
  options: ShrinkOptions,
): Promise<Scenario> {
  const shrinking = new Shrinking(scenario, options);
  while (await shrinking.round()) {
    // What could not be left out may be by now.
  }
  return shrinking.smallest;
}

class Shrinking {
  smallest: Scenario;
  readonly #options: ShrinkOptions;

  constructor(scenario: Scenario, options: ShrinkOptions) {
    this.smallest = scenario;
    this.#options = options;
  }

  /** @returns whether it found something, and may find more. */
  async round(): Promise<boolean> {
    const before = this.smallest;
    if (before.isFree) await this.#stepTicks(before);
    await shorten(this.smallest.steps, (steps) => this.#attempt({ steps }));
    for (const [table, list] of before.rows.entries()) {
      await shorten(list, (rows) => this.#attempt({ rows: this.smallest.rows.with(table, rows) }));
    }
    await this.#attempt(usedQueries(this.smallest));
    for (let at = 0; at < this.smallest.steps.length; at += 1) await this.#shortenWrites(at);
    for (let at = 0; at < this.smallest.queries.length; at += 1) {
      await this.#simplify(
        () => simplerDescriptions(this.smallest.queries[at] as LiveDescription),
        (query) => this.#attempt({ queries: this.smallest.queries.with(at, query) }),
      );
    }
    await this.#simplify(
      () => simplerTables(this.smallest),
      (candidate) => this.#attempt(candidate),
    );
    return this.smallest !== before && !this.#options.isOver();
  }

  /** Ticks that are steps come at the same moments each time: at those that matter, or at all. */
  async #stepTicks({ steps }: Scenario): Promise<void> {
    if (await this.#attempt({ isFree: false })) return;
    const between = steps.flatMap((step): Step[] => [step, { kind: "tick" }]);
    await this.#attempt({ isFree: false, steps: between });
  }

  async #shortenWrites(at: number): Promise<void> {
    const step = this.smallest.steps[at] as Step;
    if (!("writes" in step)) return;
    const attempt = (writes: readonly Write[]): Promise<boolean> =>
      this.#attempt({ steps: this.smallest.steps.with(at, { ...step, writes }) });
    await shorten(step.writes, async (writes) => writes.length > 0 && (await attempt(writes)));
  }

  /** Takes what is simpler as long as there is something. */
  async #simplify<Candidate>(
    candidates: () => Iterable<Candidate>,
    attempt: (candidate: Candidate) => Promise<boolean>,
  ): Promise<void> {
    for (let isSimpler = true; isSimpler; ) {
      isSimpler = false;
      for (const candidate of candidates()) {
        isSimpler = await attempt(candidate);
        if (isSimpler) break;
      }
    }
  }

  async #attempt(change: Partial<Scenario> | null): Promise<boolean> {
    if (change === null || this.#options.isOver()) return false;
    const candidate = { ...this.smallest, ...change };
    if (!(await this.#options.fails(candidate))) return false;
    this.smallest = candidate;
    return true;
  }
}

/** Leaves out halves, quarters, … and single elements, as long as the rest will do. */
async function shorten<Element>(
  list: readonly Element[],
  attempt: (list: readonly Element[]) => Promise<boolean>,
): Promise<void> {
  let left = list;
  for (let size = Math.ceil(list.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < left.length; ) {
      const rest = left.toSpliced(at, size);
      if (await attempt(rest)) left = rest;
      else at += size;
    }
  }
}

/** Without the queries that nobody watches; `null` where there are none. */
function usedQueries({ queries, steps }: Scenario): Partial<Scenario> | null {
  const used = new Set(steps.flatMap((step) => ("query" in step ? [step.query] : [])));
  if (used.size === queries.length) return null;
  const places = [...used].toSorted((a, b) => a - b);
  return {
    queries: places.map((place) => queries[place] as LiveDescription),
    steps: steps.map((step) =>
      "query" in step ? { ...step, query: places.indexOf(step.query) } : step,
    ),
  };
}

function* simplerDescriptions(description: LiveDescription): Generator<LiveDescription> {
  for (const [name, inner] of Object.entries(description)) {
    if (typeof inner === "string") continue;
    const query = inner as QueryDescription;
    if (description.kind !== "query") yield { kind: "query", query };
    for (const simpler of simplerQueries(query)) {
      yield { ...description, [name]: simpler };
    }
  }
}

function* simplerQueries(query: QueryDescription): Generator<QueryDescription> {
  const { index, order, filters, terminal } = query;
  if (filters.length > 0) yield { ...query, filters: [] };
  if (filters.length > 1) {
    for (const filter of filters) yield { ...query, filters: [filter] };
  }
  if (order !== null) yield { ...query, order: null };
  if (order !== null && order.field !== null) yield { ...query, order: { ...order, field: null } };
  if (terminal.kind !== "collect") yield { ...query, terminal: { kind: "collect" } };
  if (index === null) return;
  yield { ...query, index: null };
  if (index.lower !== null) yield { ...query, index: { ...index, lower: null } };
  if (index.upper !== null) yield { ...query, index: { ...index, upper: null } };
}

/** Without an index, a field, or a table that nothing names. */
function* simplerTables(scenario: Scenario): Generator<Partial<Scenario>> {
  const { tables, rows, queries, steps } = scenario;
  // Names are looked for as texts: what is kept in vain does no harm.
  const named = JSON.stringify(queries, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  const last = tables.length - 1;
  const isWritten = steps.some(
    (step) => "writes" in step && step.writes.some((w) => w.table === last),
  );
  const isNamed = named.includes(JSON.stringify(tables[last]?.name));
  if (last > 0 && !isWritten && !isNamed) {
    yield {
      tables: tables.slice(0, -1),
      rows: rows.slice(0, -1),
      steps: steps.map((step) =>
        step.kind === "sync" ? { ...step, tables: step.tables.slice(0, -1) } : step,
      ),
    };
  }
  for (const [at, table] of tables.entries()) {
    for (const { name } of table.indexes) {
      if (named.includes(JSON.stringify(name))) continue;
      yield withTables(scenario, at, (of) => ({
        ...of,
        indexes: of.indexes.filter((index) => index.name !== name),
      }));
    }
    const paths = [named, JSON.stringify(table.indexes)].join();
    for (const { name } of table.fields.length > 1 ? table.fields : []) {
      if (paths.includes(JSON.stringify(name)) || paths.includes(`"${name}.`)) continue;
      yield withoutField(scenario, at, name);
    }
  }
}

function withTables(
  { tables, steps }: Scenario,
  at: number,
  change: (table: ManifestTable) => ManifestTable,
): Pick<Scenario, "tables" | "steps"> {
  const changed = (list: readonly ManifestTable[]): readonly ManifestTable[] =>
    list.map((table, place) => (place === at ? change(table) : table));
  return {
    tables: changed(tables),
    steps: steps.map((step) =>
      step.kind === "sync" ? { ...step, tables: changed(step.tables) } : step,
    ),
  };
}

function withoutField(scenario: Scenario, at: number, name: string): Partial<Scenario> {
  const { tables, steps } = withTables(scenario, at, (table) => ({
    ...table,
    fields: table.fields.filter((field) => field.name !== name),
    promoted: table.promoted.filter((promoted) => promoted !== name),
    // What a sync has added may be of this field.
    indexes: table.indexes.filter(
      ({ fields }) => !fields.some((path) => path.split(".")[0] === name),
    ),
  }));
  const without = (fields: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
  const rows = scenario.rows.map((list, table) =>
    table === at ? list.map(({ row, fields }) => ({ row, fields: without(fields) })) : list,
  );
  return {
    tables,
    rows,
    steps: steps.map((step) => {
      if (!("writes" in step)) return step;
      const writes = step.writes.map((write) =>
        write.kind === "put" && write.table === at && write.fields !== null
          ? { ...write, fields: without(write.fields) }
          : write,
      );
      return { ...step, writes };
    }),
  };
}
