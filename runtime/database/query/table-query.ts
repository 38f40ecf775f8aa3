import { ConvoyError } from "../../../protocol/errors.js";
import type { PaginationOptions, PaginationResult } from "../query.js";
import { unlessUnawaited } from "../session/unawaited.js";
import type { StoredDocument } from "../storage/document-codec.js";
import type { TableStorage } from "../storage/table-storage.js";
import { decodeCursor, encodeCursor, type Place, placeOfDocument } from "./cursor.js";
import { filterBuilder, toNode } from "./expression.js";
import { type QueryState, scanOf } from "./query-state.js";
import { buildRange, wholeIndex } from "./range.js";
import { countDocuments, type QueryContext, readDocuments } from "./run-query.js";

/** Documents that `for await` reads at a time, at first and at most. */
const FIRST_BATCH = 32;
const LARGEST_BATCH = 512;

/** The most documents of a page. */
const MAX_PAGE_SIZE = 10_000;

/** Starts a query of a table: all of it, in the order of creation. */
export function queryTable(context: QueryContext, table: TableStorage): TableQueryBuilder {
  return new TableQueryBuilder(context, {
    table,
    index: null,
    range: wholeIndex,
    direction: "asc",
    sortField: null,
    filters: [],
  });
}

/**
 * The value behind `TableQuery`. A class, though it has no lifetime: a query is built call by call,
 * and methods on a prototype cost nothing to make.
 */
export class TableQueryBuilder implements AsyncIterable<StoredDocument> {
  readonly #context: QueryContext;
  readonly #state: QueryState;

  constructor(context: QueryContext, state: QueryState) {
    this.#context = context;
    this.#state = state;
  }

  withIndex(name: string, build?: (builder: never) => unknown): TableQueryBuilder {
    const { table } = this.#state;
    const index = table.indexes.get(name);
    if (index === undefined) throw unknownIndex(table, name);
    if (this.#state.index !== null) {
      throw new ConvoyError(
        "invalid-query",
        `The query of table "${table.name}" names two indexes, "${this.#state.index.name}" and "${name}". Keep one.`,
      );
    }
    const range = build === undefined ? wholeIndex : buildRange(table.name, index, build as never);
    return this.#with({ index, range });
  }

  order(direction: "asc" | "desc", field?: string): TableQueryBuilder {
    const { table } = this.#state;
    if (direction !== "asc" && direction !== "desc") {
      throw new ConvoyError(
        "invalid-query",
        `The order of a query of table "${table.name}" is neither "asc" nor "desc".`,
        { status: 400 },
      );
    }
    if (field !== undefined) table.field(field);
    return this.#with({ direction, sortField: field ?? null });
  }

  filter(condition: (builder: never) => unknown): TableQueryBuilder {
    const node = toNode(condition(filterBuilder as never));
    return this.#with({ filters: [...this.#state.filters, node] });
  }

  collect(): Promise<StoredDocument[]> {
    return unlessUnawaited(this.#read(null));
  }

  take(n: number): Promise<StoredDocument[]> {
    return unlessUnawaited(this.#take(n));
  }

  first(): Promise<StoredDocument | null> {
    return unlessUnawaited(this.#first());
  }

  unique(): Promise<StoredDocument | null> {
    return unlessUnawaited(this.#unique());
  }

  count(): Promise<number> {
    return unlessUnawaited(this.#count());
  }

  paginate(options: PaginationOptions): Promise<PaginationResult<StoredDocument>> {
    return unlessUnawaited(this.#paginate(options));
  }

  async #take(n: number): Promise<StoredDocument[]> {
    if (!Number.isSafeInteger(n) || n < 0) {
      throw invalidNumber(this.#state.table, "take(n)", "a whole number, 0 or more");
    }
    return n === 0 ? [] : await this.#read(n);
  }

  async #first(): Promise<StoredDocument | null> {
    const [document] = await this.#read(1);
    return document ?? null;
  }

  async #unique(): Promise<StoredDocument | null> {
    const [document, another] = await this.#read(2);
    if (another === undefined) return document ?? null;
    throw new ConvoyError(
      "not-unique",
      `unique() found more than one document of table "${this.#state.table.name}". Narrow the range, or use first().`,
    );
  }

  async #count(): Promise<number> {
    return await countDocuments(this.#context, this.#state, scanOf(this.#state));
  }

  async #paginate(options: PaginationOptions): Promise<PaginationResult<StoredDocument>> {
    const { cursor, numItems } = options;
    if (!Number.isSafeInteger(numItems) || numItems < 1 || numItems > MAX_PAGE_SIZE) {
      throw invalidNumber(
        this.#state.table,
        "numItems",
        `a whole number from 1 to ${MAX_PAGE_SIZE}`,
      );
    }
    const scan = scanOf(this.#state);
    const after = cursor === null ? null : decodeCursor(this.#state, scan, cursor);
    const limit = numItems + 1;
    const documents = await readDocuments(this.#context, this.#state, scan, after, limit);
    const page = documents.slice(0, numItems);
    const last = page.at(-1);
    const place = last === undefined ? after : placeOfDocument(scan, last);
    return {
      page,
      isDone: documents.length <= numItems,
      continueCursor: encodeCursor(this.#state, place),
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StoredDocument, void> {
    const scan = scanOf(this.#state);
    let after: Place | null = null;
    for (let limit = FIRST_BATCH; ; limit = Math.min(limit * 2, LARGEST_BATCH)) {
      const documents: StoredDocument[] = await readDocuments(
        this.#context,
        this.#state,
        scan,
        after,
        limit,
      );
      yield* documents;
      const last = documents.at(-1);
      // Without an order there is one document at most: a unique index, all of it fixed.
      if (documents.length < limit || last === undefined || scan.shape.order.length === 0) return;
      after = placeOfDocument(scan, last);
    }
  }

  async #read(limit: number | null): Promise<StoredDocument[]> {
    const scan = scanOf(this.#state);
    return await readDocuments(this.#context, this.#state, scan, null, limit);
  }

  #with(change: Partial<QueryState>): TableQueryBuilder {
    return new TableQueryBuilder(this.#context, { ...this.#state, ...change });
  }
}

function unknownIndex(table: TableStorage, name: string): ConvoyError {
  const names = [...table.indexes.keys()];
  const known = names.length === 0 ? "it has none" : `its indexes: ${names.join(", ")}`;
  return new ConvoyError(
    "unknown-index",
    `Table "${table.name}" has no index "${name}" (${known}). Add .index("${name}", […]) in convoy/schema.ts.`,
  );
}

function invalidNumber(table: TableStorage, what: string, wanted: string): ConvoyError {
  return new ConvoyError(
    "invalid-query",
    `The ${what} of a query of table "${table.name}" must be ${wanted}.`,
    { status: 400 },
  );
}
