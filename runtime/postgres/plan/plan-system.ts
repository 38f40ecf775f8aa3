import type { Catalog } from "../catalog/catalog.js";
import { SYSTEM_SCHEMA, systemSteps, systemVersion } from "../schema/system-schema.js";
import { identifier, literal } from "../sql/identifier.js";
import type { Problem } from "./problem.js";
import type { SystemSchemaStep } from "./step.js";

/** The oldest server that is tested. */
const MIN_SERVER = 15;

/** What makes a database one that this Convoy cannot work with. */
export function environmentProblems({
  serverVersion,
  system,
  schema,
}: Catalog): readonly Problem[] {
  const problems: Problem[] = [];
  const major = Math.floor(serverVersion / 10_000);
  if (major < MIN_SERVER) {
    problems.push({
      code: "postgres-too-old",
      table: null,
      message: `The server is PostgreSQL ${major}; Convoy needs ${MIN_SERVER} or newer. Upgrade it, or use another server.`,
    });
  }
  if (system.version > systemVersion) {
    problems.push({
      code: "newer-convoy",
      table: null,
      message: `The database was set up by a newer Convoy (version ${system.version} of its own tables; this one knows ${systemVersion}). Update the package.`,
    });
  }
  if (system.dataSchema !== null && system.dataSchema !== schema) {
    problems.push({
      code: "other-data-schema",
      table: null,
      message: `The tables of this database are in the schema "${system.dataSchema}", not in "${schema}". Use that one, or another database.`,
    });
  }
  return problems;
}

export function planSystem(catalog: Catalog): readonly SystemSchemaStep[] {
  const { system, schema, schemaExists } = catalog;
  const due = systemSteps.filter(({ number }) => number > system.version);
  if (due.length === 0 && schemaExists) return [];
  const sql = [
    ...(schemaExists ? [] : [`create schema if not exists ${identifier(schema)}`]),
    ...due.flatMap((step) => step.sql),
    `insert into ${SYSTEM_SCHEMA}.system (version, data_schema) values (${systemVersion}, ${literal(schema)}) on conflict (is_only) do update set version = excluded.version`,
  ];
  return [
    {
      kind: "system-schema",
      version: systemVersion,
      sql,
      lock: { mode: "none", on: null },
      estimate: { rows: 0, bytes: 0 },
      reason:
        system.version === 0
          ? "Convoy keeps its own tables in a schema of their own."
          : `Convoy's own tables are of version ${system.version}; this Convoy needs ${systemVersion}.`,
      transaction: true,
    },
  ];
}
