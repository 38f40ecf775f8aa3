import { z } from "zod";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { ConvoyError } from "../../../protocol/errors.js";
import { createApi } from "../../../protocol/function-reference.js";
import { encodeWire, type WireJson } from "../../../protocol/wire-value.js";
import type { GenericDataModel } from "../../../runtime/database/data-model.js";
import { createDatabaseModel } from "../../../runtime/database/model/database-model.js";
import { createFunctionBuilders } from "../../../runtime/functions/builder.js";
import type { GenericMutationCtx, GenericQueryCtx } from "../../../runtime/functions/context.js";
import type { FunctionRegistry } from "../../../runtime/functions/run/registry.js";
import { createRunner, type FunctionRunner } from "../../../runtime/functions/run/runner.js";
import type { Pool } from "../../../runtime/postgres/pool/pool.js";
import { type ReadTable, readTableOf } from "../../../runtime/realtime/read-set/read-set-index.js";
import { documentsOf, evaluateQuery } from "../../database/support/evaluate-query.js";
import type { ModelTable } from "../../database/support/model-table.js";
import type { QueryDescription } from "../../database/support/query-description.js";
import { buildQuery, runQuery } from "../../database/support/run-query.js";
import { tableNumbers } from "../../database/support/test-ids.js";
import { storagesOf } from "../../database/support/test-tables.js";
import type { Shown } from "../support/sync-client.js";

/** A query that a program of descriptions knows by its place. */
export type LiveDescription =
  | { readonly kind: "query"; readonly query: QueryDescription }
  /** Two that are called as functions, at the same time. */
  | { readonly kind: "both"; readonly first: QueryDescription; readonly second: QueryDescription }
  /** What is read next depends on what was found: nothing, or something. */
  | {
      readonly kind: "depending";
      readonly on: QueryDescription;
      readonly nothing: QueryDescription;
      readonly something: QueryDescription;
    }
  /** Fails where the query finds something. */
  | { readonly kind: "refusing"; readonly query: QueryDescription }
  | { readonly kind: "get"; readonly table: string; readonly id: string }
  /** A person's own SQL: the one that divides is refused by Postgres where there is nothing. */
  | { readonly kind: "sql"; readonly table: string; readonly of: "count" | "last" | "share" };

export interface Program {
  readonly runner: FunctionRunner;
  readonly tables: readonly ReadTable[];
}

/** What a mutation does; it may be done again, should the first try fail. */
export type MutationWork = (ctx: GenericMutationCtx<GenericDataModel>) => Promise<void>;

export interface ProgramOptions {
  readonly pool: Pool;
  readonly manifest: Manifest;
  readonly descriptions: readonly LiveDescription[];
  /** What the mutation that runs now is to do. */
  readonly work: () => MutationWork;
}

type QueryCtx = GenericQueryCtx<GenericDataModel>;

// oxlint-disable-next-line typescript/no-explicit-any -- the project is not compiled
const api = createApi<any>();
const { query, mutation } = createFunctionBuilders<GenericDataModel>();

/** Queries are functions with the names of their places: "live.0", "live.1", … */
export function programOf({ pool, manifest, descriptions, work }: ProgramOptions): Program {
  const number = tableNumbers(manifest.tables);
  const names = manifest.tables.map(({ name }) => name);
  const model = createDatabaseModel({
    manifest,
    schema: { tables: Object.fromEntries(names.map((name) => [name, { validator: z.any() }])) },
    tableNumbers: new Map(names.map((name) => [name, number(name)])),
  });
  const functions: FunctionRegistry = Object.fromEntries(
    descriptions.flatMap((description, at) => [
      [`live.${at}`, query({ handler: (ctx) => run(ctx, description) })],
      [`page.${at}`, pagesOf(description)],
    ]),
  );
  return {
    runner: createRunner({
      pool,
      model,
      drizzle: null,
      functions: {
        ...functions,
        "inner.run": query({
          args: { of: z.custom<QueryDescription>() },
          handler: (ctx, { of }) => runQuery(ctx.db, of),
        }),
        "outer.write": mutation({ handler: (ctx) => work()(ctx) }),
      },
    }),
    tables: storagesOf(manifest).map(readTableOf),
  };
}

async function run(ctx: QueryCtx, description: LiveDescription): Promise<unknown> {
  const inner = (of: QueryDescription): Promise<unknown> => ctx.runQuery(api.inner.run, { of });
  switch (description.kind) {
    case "query":
      return await runQuery(ctx.db, description.query);
    case "both":
      return await Promise.all([inner(description.first), inner(description.second)]);
    case "depending": {
      const { on, nothing, something } = description;
      const found = await buildQuery(ctx.db, on).first();
      return await inner(found === null ? nothing : something);
    }
    case "refusing":
      if ((await buildQuery(ctx.db, description.query).count()) === 0) return "nothing";
      throw new ConvoyError("something", "The query found something.");
    case "get":
      return await ctx.db.get(description.table as never, description.id as never);
    case "sql": {
      const table = `public."${description.table}"`;
      const texts = {
        count: `select count(*)::int as n from ${table}`,
        last: `select coalesce(max(id::text), '') as n from ${table}`,
        share: `select 1000 / count(*)::int as n from ${table}`,
      };
      const text = texts[description.of];
      const rows = await ctx.db.sql<{ n: unknown }>(Object.assign([text], { raw: [text] }));
      return rows[0]?.n;
    }
  }
}

function pagesOf(description: LiveDescription): FunctionRegistry[string] {
  return query({
    args: { cursor: z.nullable(z.string()), numItems: z.number() },
    handler: async (ctx, options) => {
      if (description.kind !== "query") throw new Error("Only a query has pages.");
      return await buildQuery(ctx.db, description.query).paginate(options);
    },
  });
}

/** Whether a query may fail, without anything being wrong. */
export function mayFail({ kind }: LiveDescription): boolean {
  return kind === "refusing" || kind === "sql";
}

/** What is shown of a query that has failed, whatever it failed with. */
const FAILED: Shown = { error: "failed" };

/** What a query gives, by definition, as it comes out of JSON. */
export function evaluate(
  tables: ReadonlyMap<string, ModelTable>,
  description: LiveDescription,
): Shown {
  const value = valueOf(tables, description);
  return value === FAILED ? FAILED : { value: asJson(value) };
}

/** All documents that the pages of a query have. */
export function evaluatePages(
  tables: ReadonlyMap<string, ModelTable>,
  description: LiveDescription,
): readonly WireJson[] {
  if (description.kind !== "query") return [];
  const { query: of } = description;
  return asJson(documentsOf(tables.get(of.table) as ModelTable, of)) as readonly WireJson[];
}

function asJson(value: unknown): WireJson {
  return JSON.parse(JSON.stringify(encodeWire(value))) as WireJson;
}

function valueOf(tables: ReadonlyMap<string, ModelTable>, description: LiveDescription): unknown {
  const table = (name: string): ModelTable => tables.get(name) as ModelTable;
  const result = (of: QueryDescription): unknown => evaluateQuery(table(of.table), of);
  const isFound = (of: QueryDescription): boolean => documentsOf(table(of.table), of).length > 0;
  switch (description.kind) {
    case "query":
      return result(description.query);
    case "both":
      return [result(description.first), result(description.second)];
    case "depending":
      return result(isFound(description.on) ? description.something : description.nothing);
    case "refusing":
      return isFound(description.query) ? FAILED : "nothing";
    case "get":
      return table(description.table).documents.find(({ _id }) => _id === description.id) ?? null;
    case "sql": {
      const { documents } = table(description.table);
      if (description.of === "count") return documents.length;
      if (description.of === "last") return documents.at(-1)?._id ?? "";
      return documents.length === 0 ? FAILED : Math.trunc(1000 / documents.length);
    }
  }
}
