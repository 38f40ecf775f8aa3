import { identifier } from "../../postgres/sql/identifier.js";
import type { GenericDataModel } from "../data-model.js";
import { checkId, type DatabaseModel, type ModelTable } from "../model/database-model.js";
import { rowColumns } from "../query/select-sql.js";
import { queryTable } from "../query/table-query.js";
import type { GenericDatabaseReader } from "../reader.js";
import type { ReadSession } from "../session/session.js";
import { unlessUnawaited } from "../session/unawaited.js";
import type { StoredDocument } from "../storage/document-codec.js";
import type { TableStorage } from "../storage/table-storage.js";
import { createSqlTag } from "./sql-tag.js";

/** The reads of a handler, on its snapshot or in its transaction. */
export function createReader<Model extends GenericDataModel>(
  session: ReadSession,
  model: DatabaseModel,
): GenericDatabaseReader<Model> {
  const context = { session, statements: model.statements };
  const get = async (...args: readonly unknown[]) => {
    const { table, id } = targetOf(model, args);
    return await readDocument(session, model, table, id);
  };
  const getMany = async (...args: readonly unknown[]) => {
    const [name, ids] = typeof args[0] === "string" ? args : [null, args[0]];
    return await readDocuments(session, model, name as string | null, ids as readonly unknown[]);
  };
  const reader = {
    get: (...args: readonly unknown[]) => unlessUnawaited(get(...args)),
    getMany: (...args: readonly unknown[]) => unlessUnawaited(getMany(...args)),
    query: (table: string) => queryTable(context, model.table(table).storage),
    sql: createSqlTag(session),
  };
  return reader;
}

/** A document that an operation is about: `(id, …)` or `(table, id, …)`. */
export interface Target {
  readonly table: ModelTable;
  readonly id: string;
  /** The arguments behind the id. */
  readonly rest: readonly unknown[];
}

/**
 * Reads the arguments of an operation. The id comes first unless a table is named: with `arity`
 * arguments behind the id, one more than that means so.
 *
 * @throws {ConvoyError} `invalid-id`, `wrong-table-id` or `unknown-table`.
 */
export function targetOf(model: DatabaseModel, args: readonly unknown[], arity = 0): Target {
  if (args.length > arity + 1) {
    const [name, id, ...rest] = args;
    const table = model.table(name as string);
    return { table, id: checkId(table, id), rest };
  }
  const [id, ...rest] = args;
  const table = model.tableOfId(id);
  return { table, id: id as string, rest };
}

export async function readDocument(
  session: ReadSession,
  model: DatabaseModel,
  { storage }: ModelTable,
  id: string,
): Promise<StoredDocument | null> {
  session.reads?.point(storage.number, id);
  const { rows } = await session.run(model.statements.get(pointSql(storage)), [id]);
  const [row] = rows;
  return row === undefined ? null : storage.decode(row);
}

const pointTexts = new WeakMap<TableStorage, string>();

function pointSql(storage: TableStorage): string {
  let text = pointTexts.get(storage);
  if (text === undefined) {
    text = `select ${rowColumns(storage)} from ${storage.sqlName} where ${identifier("id")} = $1`;
    pointTexts.set(storage, text);
  }
  return text;
}

/** In the order of the ids. Those of several tables take a statement for each, sent together. */
async function readDocuments(
  session: ReadSession,
  model: DatabaseModel,
  name: string | null,
  ids: readonly unknown[],
): Promise<(StoredDocument | null)[]> {
  const named = name === null ? null : model.table(name);
  const byTable = new Map<ModelTable, Set<string>>();
  for (const id of ids) {
    const table = named ?? model.tableOfId(id);
    const wanted = byTable.get(table) ?? new Set();
    byTable.set(table, wanted.add(checkId(table, id)));
    session.reads?.point(table.storage.number, id as string);
  }
  const found = new Map<string, StoredDocument>();
  await Promise.all(
    [...byTable].map(async ([{ storage }, wanted]) => {
      const text = `select ${rowColumns(storage)} from ${storage.sqlName} where "id" = any($1::uuid[])`;
      const { rows } = await session.run(model.statements.get(text), [[...wanted]]);
      for (const row of rows) found.set(row[0] ?? "", storage.decode(row));
    }),
  );
  const given = new Set<string>();
  return ids.map((id) => {
    const document = found.get(id as string) ?? null;
    // Each place has an object of its own, as from so many gets.
    if (document === null || !given.has(id as string)) {
      given.add(id as string);
      return document;
    }
    return structuredClone(document);
  });
}
