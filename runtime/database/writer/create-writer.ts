import { ConvoyError } from "../../../protocol/errors.js";
import type { GenericDataModel } from "../data-model.js";
import type { IdGenerator } from "../ids/id-generator.js";
import type { DatabaseModel, ModelTable } from "../model/database-model.js";
import { createReader, readDocument, targetOf } from "../reader/create-reader.js";
import type { WriteSession } from "../session/session.js";
import type { Parameter } from "../session/statement.js";
import { unlessUnawaited } from "../session/unawaited.js";
import type { StoredDocument } from "../storage/document-codec.js";
import { setOwn } from "../storage/encode-value.js";
import type { GenericDatabaseWriter } from "../writer.js";
import { validate } from "./validate.js";
import { writeSqlOf } from "./write-sql.js";

/** The most documents of one statement of `insertMany`. */
const BATCH_SIZE = 1000;

/**
 * The reads and writes of a mutation's handler, in its transaction.
 *
 * @param track is given each promise that may be of a write, and returns what the handler gets.
 */
export function createWriter<Model extends GenericDataModel>(
  session: WriteSession,
  model: DatabaseModel,
  newId: IdGenerator,
  track: <Result>(call: Promise<Result>) => Promise<Result> = unlessUnawaited,
): GenericDatabaseWriter<Model> {
  const write = async (table: ModelTable, text: string, parameters: readonly Parameter[]) => {
    const statement = model.statements.get(text);
    // Only a unique index can refuse what has been validated.
    const { count } = table.hasUniqueIndex
      ? await session.runChecked(statement, parameters)
      : await session.run(statement, parameters);
    return count;
  };
  const add = async (table: ModelTable, text: string, parameters: readonly Parameter[]) => {
    // Where nothing can refuse it, the handler need not wait.
    if (table.hasUniqueIndex) await write(table, text, parameters);
    else await session.runAhead(model.statements.get(text), parameters);
  };
  const inTurn = oneAtATime();
  const read = async (table: ModelTable, id: string): Promise<StoredDocument> => {
    const document = await readDocument(session, model, table, id);
    if (document === null) throw notFound(table, id);
    return document;
  };
  const update = async (
    table: ModelTable,
    id: string,
    document: Readonly<Record<string, unknown>>,
  ): Promise<StoredDocument> => {
    const row = [id, ...table.storage.encode(document)];
    const count = await write(table, writeSqlOf(table.storage).update, row);
    if (count === 0) throw notFound(table, id);
    // What a read of the row would give: nothing that the caller holds is shared.
    return table.storage.decode(row);
  };

  const writes = {
    async insert(name: string, document: unknown) {
      const table = model.table(name);
      const id = newId(table.storage.number);
      const columns = table.storage.encode(validate(table, document));
      await add(table, writeSqlOf(table.storage).insert, [id, ...columns]);
      return id;
    },
    async insertMany(name: string, documents: readonly unknown[]) {
      const table = model.table(name);
      const rows = documents.map((document) => [
        newId(table.storage.number),
        ...table.storage.encode(validate(table, document)),
      ]);
      const batches: Promise<void>[] = [];
      for (let start = 0; start < rows.length; start += BATCH_SIZE) {
        const batch = rows.slice(start, start + BATCH_SIZE);
        const text = writeSqlOf(table.storage).insertMany;
        batches.push(add(table, text, transpose(batch)));
      }
      await Promise.all(batches);
      return rows.map(([id]) => id);
    },
    async patch(...args: readonly unknown[]) {
      const { table, id, rest } = targetOf(model, args, 1);
      const fields = fieldsOf(table, "patch", rest[0]);
      return await inTurn(id, async () => {
        const { _id, _creationTime, ...stored } = await read(table, id);
        const merged = validate(table, withoutUndefined({ ...stored, ...fields }));
        // Defaults are for inserts: what the patch does not name stays as it is, or absent.
        for (const name of Object.keys(fields)) setOwn(stored, name, merged[name]);
        return await update(table, id, stored);
      });
    },
    async replace(...args: readonly unknown[]) {
      const { table, id, rest } = targetOf(model, args, 1);
      const document = validate(table, fieldsOf(table, "replace", rest[0]));
      return await inTurn(id, () => update(table, id, document));
    },
    async delete(...args: readonly unknown[]) {
      const { table, id } = targetOf(model, args);
      const statement = model.statements.get(writeSqlOf(table.storage).delete);
      await inTurn(id, async () => {
        const { count } = await session.run(statement, [id]);
        if (count === 0) throw notFound(table, id);
      });
    },
  };
  // Named one by one: methods behind a spread are added by the slowest way that V8 has.
  const { get, getMany, query, sql } = createReader<Model>(session, model);
  const writer = {
    get,
    getMany,
    query,
    sql: (strings: TemplateStringsArray, ...values: readonly unknown[]) =>
      track(sql(strings, ...values)),
    insert: (name: string, document: unknown) => track(writes.insert(name, document)),
    insertMany: (name: string, documents: readonly unknown[]) =>
      track(writes.insertMany(name, documents)),
    patch: (...args: readonly unknown[]) => track(writes.patch(...args)),
    replace: (...args: readonly unknown[]) => track(writes.replace(...args)),
    delete: (...args: readonly unknown[]) => track(writes.delete(...args)),
  };
  return writer as unknown as GenericDatabaseWriter<Model>;
}

/**
 * Runs the writes of one document one after the other, in the order of the calls: a patch reads
 * before it writes, and another that a handler does not wait for must not come between.
 */
function oneAtATime(): <Result>(id: string, work: () => Promise<Result>) => Promise<Result> {
  const last = new Map<string, Promise<unknown>>();
  return (id, work) => {
    const before = last.get(id);
    const result = before === undefined ? work() : before.then(work, work);
    const settled = result.catch(() => {});
    last.set(id, settled);
    void settled.then(() => {
      if (last.get(id) === settled) last.delete(id);
    });
    return result;
  };
}

/**
 * The fields that a patch or a replacement names. A document that has been read may be passed with
 * its system fields, which cannot change.
 */
function fieldsOf(
  { storage }: ModelTable,
  operation: string,
  fields: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new ConvoyError(
      "invalid-document",
      `db.${operation} of table "${storage.name}" takes an object with fields.`,
      { status: 400 },
    );
  }
  const { _id, _creationTime, ...own } = fields as Readonly<Record<string, unknown>>;
  return own;
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(fields);
  const defined = entries.filter(([, value]) => value !== undefined);
  return defined.length === entries.length ? fields : Object.fromEntries(defined);
}

/** One array a column, as `unnest` takes them. */
function transpose(rows: readonly (readonly (string | null)[])[]): readonly Parameter[] {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column] ?? null));
}

function notFound({ storage }: ModelTable, id: string): ConvoyError {
  return new ConvoyError(
    "document-not-found",
    `There is no document ${id} in table "${storage.name}". It may have been deleted: read it first, or catch this error.`,
    { status: 404 },
  );
}
