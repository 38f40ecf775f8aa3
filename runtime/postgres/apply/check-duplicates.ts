import type { Problem } from "../plan/problem.js";
import type { SyncSession } from "./session.js";

/** The groups of documents that a unique index would not allow. */
export async function findDuplicates(
  { client }: SyncSession,
  table: string,
  index: string,
  query: string,
): Promise<readonly Problem[]> {
  const { rows } = await client.query<{ count: number; ids: readonly string[] }>(query);
  if (rows.length === 0) return [];
  const groups = rows.map(({ count, ids }) => {
    const more = count > ids.length ? ` and ${count - ids.length} more` : "";
    return `${ids.join(" = ")}${more}`;
  });
  const some = rows.length === 10 ? "at least 10 groups" : counted(rows.length, "group");
  return [
    {
      code: "duplicate-values",
      table,
      message: `The unique index "${index}" of table "${table}" cannot be built: ${some} of documents have the same values (${groups.join("; ")}). Change or delete all but one of each, or make it .index() instead of .unique().`,
      documents: {
        path: index,
        count: rows.reduce((sum, { count }) => sum + count, 0),
        ids: groups,
      },
    },
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
