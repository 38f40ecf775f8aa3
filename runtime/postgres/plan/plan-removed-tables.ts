import { qualified } from "../sql/identifier.js";
import { forgetTable } from "./ddl.js";
import type { Notice } from "./problem.js";
import type { DropTableStep } from "./step.js";
import type { ExistingTable, Findings, PlanInput, World } from "./world.js";

/** The tables that the schema has no more: kept, unless they are named. */
export function planRemovedTables({ desired, options }: PlanInput, world: World): Findings {
  const steps: DropTableStep[] = [];
  const notices: Notice[] = [];
  const wanted = new Set(desired.tables.map((table) => table.name));
  for (const [name, existing] of world.tables) {
    const isWanted = wanted.has(name);
    const mayDrop = options.allowDrop.includes(name);
    if (isWanted && mayDrop) notices.push(stillWanted(name));
    if (isWanted) continue;
    if (mayDrop) steps.push(dropTable(world.schema, name, existing));
    else notices.push(kept(name, existing));
  }
  // No problem: a run that is done again finds that the table has gone.
  const missing = new Set(options.allowDrop.filter((name) => !world.tables.has(name)));
  const removed = [...world.tables.keys()].filter((name) => !wanted.has(name));
  for (const name of missing) notices.push(notFound(name, removed));
  return { steps, problems: [], notices };
}

function dropTable(schema: string, table: string, existing: ExistingTable): DropTableStep {
  return {
    kind: "drop-table",
    table,
    sql: [`drop table ${qualified(schema, table)}`, ...forgetTable(existing.number)],
    lock: { mode: "access exclusive", on: table },
    estimate: { rows: existing.table.estimatedRows, bytes: existing.table.bytes },
    reason: `Table "${table}" is no longer in the schema, and was named as one to drop.`,
    transaction: true,
  };
}

function stillWanted(table: string): Notice {
  return {
    code: "drop-not-needed",
    table,
    message: `Table "${table}" was named as one to drop, and is in the schema. It is not dropped.`,
  };
}

function notFound(table: string, removed: readonly string[]): Notice {
  const others =
    removed.length === 0
      ? "Every table of Convoy's is in the schema"
      : `These tables are no longer in the schema: ${removed.map((name) => `"${name}"`).join(", ")}`;
  return {
    code: "drop-not-found",
    table,
    message: `Convoy has no table "${table}" in the database, so naming it drops nothing. ${others}.`,
  };
}

function kept(table: string, { table: { estimatedRows } }: ExistingTable): Notice {
  const rows = estimatedRows > 1000 ? `about ${Math.round(estimatedRows)}` : `${estimatedRows}`;
  return {
    code: "table-kept",
    table,
    message: `Table "${table}" is no longer in the schema. It is kept, with ${rows} ${estimatedRows === 1 ? "document" : "documents"}. To drop it with all that is in it: \`convoy deploy --allow-drop ${table}\`.`,
  };
}
