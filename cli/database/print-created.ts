import type { Channel } from "../channel.js";
import { printableLine } from "../printable.js";
import type { ProjectDatabase } from "./find-database.js";

/** Says that a database was made, if it was: of a slip in its name, only the missing data would tell. */
export function printCreated({ created }: ProjectDatabase, out: Channel): void {
  if (created === null) return;
  out.write(
    `${out.colors.yellow("note")} Created the database "${printableLine(created)}": the server had none of that name. If the name is a slip, drop it, and correct DATABASE_URL.\n`,
  );
}
