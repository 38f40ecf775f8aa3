import type { Manifest } from "../../compiler/model/manifest.js";
import { ConvoyError } from "../../protocol/errors.js";
import type { Statement } from "../database/session/statement.js";
import { physicalSchema } from "../database/storage/physical-schema.js";
import { runQuery } from "../database/transactions/query.js";
import { manifestHash } from "../postgres/plan/manifest-key.js";
import type { Pool } from "../postgres/pool/pool.js";

const selectHash: Statement = {
  name: "convoy_schema_hash",
  text: "select hash from _convoy.schema_versions order by id desc limit 1",
};

/** The names that ranges and writes rely on: tables, `table.column`, and indexes that can be read. */
const selectNames: Statement = {
  name: "convoy_schema_names",
  text: `select c.relname from pg_class c where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')
union all
select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
union all
select c.relname from pg_class c join pg_index i on i.indexrelid = c.oid
  where c.relnamespace = $1::regnamespace and i.indisvalid`,
};

/**
 * Whether the database has what the code needs. Where another version of the schema was applied last,
 * as while one deployment replaces another, it need not be the code's own to do.
 *
 * @throws {ConvoyError} `schema-out-of-step`, or where the database cannot be reached.
 */
export async function checkSchemaState(
  pool: Pool,
  manifest: Manifest,
  postgresSchema: string,
): Promise<void> {
  const missing = await runQuery(pool, async (session) => {
    const { rows } = await session.run(selectHash, []);
    if (rows[0]?.[0] === manifestHash(manifest)) return [];
    const found = await session.run(selectNames, [`"${postgresSchema.replaceAll('"', '""')}"`]);
    const names = new Set(found.rows.map(([name]) => name));
    return neededNames(manifest).filter((name) => !names.has(name));
  });
  const [first, ...others] = missing;
  if (first === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  throw new ConvoyError(
    "schema-out-of-step",
    `The database lacks "${first}"${more}, which the code needs. Run \`convoy dev\`, or \`convoy deploy\` in production.`,
  );
}

function neededNames(manifest: Manifest): readonly string[] {
  return physicalSchema(manifest).tables.flatMap(({ name, columns, indexes }) => [
    name,
    ...columns.map((column) => `${name}.${column.name}`),
    ...indexes.map((index) => index.name),
  ]);
}
