import { readFile, realpath } from "node:fs/promises";
import { Client } from "pg";
import { superuser } from "./cluster.js";
import { folderInUse } from "./failures.js";
import type { ServerFolder } from "./folder.js";
import { host } from "./port.js";

/**
 * Makes sure that the server on a port has our password and serves this folder.
 *
 * @throws {ConvoyError} when it does not.
 */
export async function assertServes(
  folder: ServerFolder,
  { port, pid }: { readonly port: number; readonly pid: number },
): Promise<void> {
  const password = await readFile(folder.password, "utf8");
  const client = new Client({ host, port, password, user: superuser, database: "postgres" });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    const served = await realpath(rows[0]!.data_directory);
    if (served !== (await realpath(folder.data))) throw new Error(`It serves ${served}.`);
  } catch (cause) {
    throw folderInUse(folder.root, pid, cause);
  } finally {
    await client.end();
  }
}
