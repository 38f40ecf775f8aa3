import { z } from "zod";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { encodeWire, type WireJson } from "../../../protocol/wire-value.js";
import { createDatabaseModel } from "../../../runtime/database/model/database-model.js";
import { createReader } from "../../../runtime/database/reader/create-reader.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import { qualified } from "../../../runtime/postgres/sql/identifier.js";
import { readTableOf } from "../../../runtime/realtime/read-set/read-set-index.js";
import type { LiveProgram } from "../../../runtime/realtime/tick/live-queries.js";
import { evaluateQuery } from "../../database/support/evaluate-query.js";
import type { ModelTable } from "../../database/support/model-table.js";
import type { QueryDescription } from "../../database/support/query-description.js";
import { runQuery } from "../../database/support/run-query.js";
import { tableNumbers } from "../../database/support/test-ids.js";
import { storagesOf } from "../../database/support/test-tables.js";

/** A query that a program of descriptions knows by its place. */
export type LiveDescription =
  | { readonly kind: "query"; readonly query: QueryDescription }
  /** Several in one function, as by `ctx.runQuery`. */
  | { readonly kind: "both"; readonly first: QueryDescription; readonly second: QueryDescription }
  | { readonly kind: "get"; readonly table: string; readonly id: string }
  /** A person's own SQL. */
  | { readonly kind: "sql"; readonly table: string };

/** Queries are called by their places in the list: "0", "1", … */
export function programOf(
  manifest: Manifest,
  descriptions: readonly LiveDescription[],
): LiveProgram {
  const number = tableNumbers(manifest.tables);
  const names = manifest.tables.map(({ name }) => name);
  const model = createDatabaseModel({
    manifest,
    schema: { tables: Object.fromEntries(names.map((name) => [name, { validator: z.any() }])) },
    tableNumbers: new Map(names.map((name) => [name, number(name)])),
  });
  const run = async (session: ReadSession, description: LiveDescription): Promise<unknown> => {
    const reader = createReader(session, model);
    switch (description.kind) {
      case "query":
        return await runQuery(reader, description.query);
      case "both":
        return await Promise.all([
          runQuery(reader, description.first),
          runQuery(reader, description.second),
        ]);
      case "get":
        return await reader.get(description.table as never, description.id as never);
      case "sql": {
        const table = qualified("public", description.table);
        const { rows } = await session.runRaw(`select count(*)::int as n from ${table}`, []);
        return rows[0]?.["n"];
      }
    }
  };
  return {
    runner: {
      runQueryOn: async (session, name) =>
        encodeWire(await run(session, descriptions[Number(name)] as LiveDescription)),
    },
    tables: storagesOf(manifest).map(readTableOf),
  };
}

/** What a query gives, by definition, as it comes out of JSON. */
export function evaluate(
  tables: ReadonlyMap<string, ModelTable>,
  description: LiveDescription,
): WireJson {
  return JSON.parse(JSON.stringify(encodeWire(valueOf(tables, description)))) as WireJson;
}

function valueOf(tables: ReadonlyMap<string, ModelTable>, description: LiveDescription): unknown {
  const table = (name: string): ModelTable => tables.get(name) as ModelTable;
  switch (description.kind) {
    case "query":
      return evaluateQuery(table(description.query.table), description.query);
    case "both":
      return [description.first, description.second].map((query) =>
        evaluateQuery(table(query.table), query),
      );
    case "get":
      return table(description.table).documents.find(({ _id }) => _id === description.id) ?? null;
    case "sql":
      return table(description.table).documents.length;
  }
}
