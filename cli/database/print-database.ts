import type { Environment } from "../environment.js";
import { printableLine } from "../printable.js";
import type { ProjectDatabase } from "./find-database.js";

/** Says which database is used, and whether it was made just now. */
export function printDatabase(database: ProjectDatabase, { out }: Environment): void {
  const { gray, yellow } = out.colors;
  if (database.embedded) {
    // A developer wants to paste it; it opens what is in the project's own folder, on this machine.
    out.write(`Postgres  ${database.url} ${gray("(embedded; works with psql)")}\n`);
  } else {
    const { host, pathname, searchParams } = new URL(database.url);
    out.write(
      `Postgres  ${searchParams.get("host") ?? host}${pathname} ${gray("(DATABASE_URL)")}\n`,
    );
  }
  if (database.created === null) return;
  // Of a slip in its name, only the missing data would tell.
  out.write(
    `${yellow("note")} Created the database "${printableLine(database.created)}": the server had none of that name. If the name is a slip, drop it, and correct DATABASE_URL.\n`,
  );
}
