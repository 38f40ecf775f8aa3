import type { ClientBase } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { qualified } from "../sql/identifier.js";
import { idCheckName, numberOfIdCheck } from "../schema/id-check.js";
import type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogIndex,
  CatalogRelation,
  CatalogTable,
  CatalogTrigger,
  RegisteredIndex,
  RegisteredTable,
  SystemState,
} from "./catalog.js";
import * as queries from "./queries.js";

/** What there is, and the schema that was applied last. */
export interface DatabaseState {
  readonly catalog: Catalog;
  readonly applied: Manifest | null;
}

/** Reading waits for whoever changes a table, and not for ever. */
const LOCK_TIMEOUT_MS = 60_000;

/** Reads the state of a database in one snapshot. The connection must be in no transaction. */
export async function readCatalog(client: ClientBase, schema: string): Promise<DatabaseState> {
  await client.query(
    `begin isolation level repeatable read read only; set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
  );
  try {
    const state = await readState(client, schema);
    await client.query("commit");
    return state;
  } catch (error) {
    // What went wrong is worth more than that the connection may be gone as well.
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

async function readState(client: ClientBase, schema: string): Promise<DatabaseState> {
  const { system, applied } = await readSystem(client);
  const { rows: servers } = await client.query<{ version: number; schema_exists: boolean }>(
    queries.serverState,
    [schema],
  );
  const tables = await readTables(client, schema, system);
  const { rows: relations } = await client.query<CatalogRelation>(queries.relations, [schema]);
  return {
    catalog: freeze({
      serverVersion: servers[0]?.version ?? 0,
      schema,
      schemaExists: servers[0]?.schema_exists ?? false,
      system,
      tables,
      relations,
    }),
    applied,
  };
}

async function readSystem(
  client: ClientBase,
): Promise<{ readonly system: SystemState; readonly applied: Manifest | null }> {
  const { rows: found } = await client.query<{ exists: boolean }>(queries.systemExists);
  const { rows } = found[0]?.exists
    ? await client.query<{
        readonly version: number;
        readonly data_schema: string;
        readonly last_number: number;
        readonly tables: readonly RegisteredTable[];
        readonly indexes: readonly RegisteredIndex[];
        readonly manifest: Manifest | null;
      }>(queries.systemState)
    : { rows: [] };
  const [row] = rows;
  return {
    system: {
      version: row?.version ?? 0,
      dataSchema: row?.data_schema ?? null,
      tables: row?.tables ?? [],
      lastNumber: row?.last_number ?? 0,
      indexes: row?.indexes ?? [],
    },
    applied: row?.manifest ?? null,
  };
}

interface TableRow {
  readonly oid: string;
  readonly name: string;
  /** -1 where it was never counted. */
  readonly rows: number;
  readonly bytes: number;
}

async function readTables(
  client: ClientBase,
  schema: string,
  system: SystemState,
): Promise<readonly CatalogTable[]> {
  const { rows: tables } = await client.query<TableRow>(queries.tables, [schema]);
  const oids = [tables.map(({ oid }) => oid)];
  const columns = await rowsByTable<CatalogColumn & { not_null: boolean }>(queries.columns);
  const constraints = await rowsByTable<CatalogConstraint>(queries.constraints);
  const indexes = await rowsByTable<CatalogIndex>(queries.indexes);
  const triggers = await rowsByTable<CatalogTrigger & { is_public: boolean }>(queries.triggers);
  const read: CatalogTable[] = [];
  for (const { oid, name, rows, bytes } of tables) {
    const found = constraints.get(oid) ?? [];
    const number = numberOf(name, found, system);
    read.push({
      name,
      number,
      columns: (columns.get(oid) ?? []).map((column) => ({
        name: column.name,
        type: column.type,
        notNull: column.not_null,
        default: column.default,
        collation: column.collation,
      })),
      constraints: found.map(({ name, kind, definition }) => ({ name, kind, definition })),
      indexes: (indexes.get(oid) ?? []).map(({ name, valid, unique, definition }) => ({
        name,
        valid,
        unique,
        definition,
      })),
      triggers: (triggers.get(oid) ?? []).map((trigger) => ({
        name: trigger.name,
        function: trigger.function,
        source: trigger.source,
        settings: trigger.settings,
        isPublic: trigger.is_public,
      })),
      estimatedRows:
        number === null ? Math.max(rows, 0) : await countUpTo(client, schema, name, rows),
      bytes,
    });
  }
  return read;

  async function rowsByTable<Row extends object>(
    query: string,
  ): Promise<ReadonlyMap<string, readonly Row[]>> {
    const { rows } = await client.query<Row & { table: string }>(query, oids);
    const byTable = new Map<string, Row[]>();
    for (const row of rows) {
      const others = byTable.get(row.table);
      if (others) others.push(row);
      else byTable.set(row.table, [row]);
    }
    return byTable;
  }
}

/** The number of a table that is Convoy's by both marks; one alone may have been copied. */
function numberOf(
  name: string,
  constraints: readonly CatalogConstraint[],
  system: SystemState,
): number | null {
  const registered = system.tables.find((table) => table.name === name);
  const check = constraints.find((constraint) => constraint.name === idCheckName(name));
  if (registered === undefined || check === undefined) return null;
  return numberOfIdCheck(check.definition) === registered.number ? registered.number : null;
}

async function countUpTo(
  client: ClientBase,
  schema: string,
  name: string,
  estimate: number,
): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from (select from ${qualified(schema, name)} limit ${queries.EXACT_ROWS + 1}) as counted`,
  );
  const counted = Number(rows[0]?.count ?? 0);
  return counted <= queries.EXACT_ROWS ? counted : Math.max(estimate, counted);
}

function freeze<Data>(data: Data): Data {
  if (typeof data !== "object" || data === null || Object.isFrozen(data)) return data;
  Object.freeze(data);
  for (const value of Object.values(data)) freeze(value);
  return data;
}
