import { randomBytes } from "node:crypto";
import { escapeIdentifier } from "pg";
import { ConvoyError } from "../../../protocol/errors.js";
import { urlOfDatabase, withClient } from "./database-client.js";

/** A database of its own, which is dropped when the scope ends. */
export interface OwnDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

/**
 * Makes a database that others can be copied from, once: where there is one of that name, `setup`
 * is not called. Of several processes that do so at once, one does the work and the others wait.
 *
 * @param url any database of the server, as a user who may create databases.
 * @param setup fills the database behind the URL it gets, and closes its connections.
 */
export async function createTemplate(
  url: string,
  name: string,
  setup: (url: string) => Promise<void>,
): Promise<void> {
  await withClient(url, async (client) => {
    if (await exists()) return;
    await client.query("select pg_advisory_lock(hashtext($1))", [name]);
    if (await exists()) return;
    const unfinished = `${name.slice(0, 50)}_unfinished`;
    await client.query(`drop database if exists ${escapeIdentifier(unfinished)} with (force)`);
    await client.query(`create database ${escapeIdentifier(unfinished)} template template0`);
    await setup(urlOfDatabase(url, unfinished));
    // Its name appears last, so that what has the name is complete.
    await client.query(
      `alter database ${escapeIdentifier(unfinished)} rename to ${escapeIdentifier(name)}`,
    );
    // A connection to it would be in the way of the next copy.
    await client.query(`alter database ${escapeIdentifier(name)} allow_connections false`);

    async function exists(): Promise<boolean> {
      const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
      return rowCount === 1;
    }
  });
}

/**
 * A copy of a template, as fresh as on the first day.
 *
 * @param url any other database of the server.
 */
export async function createDatabaseFromTemplate(
  url: string,
  template: string,
): Promise<OwnDatabase> {
  const name = `copy_${Date.now().toString(36)}_${randomBytes(6).toString("hex")}`;
  await withClient(url, (client) =>
    client.query(
      `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`,
    ),
  );
  return {
    name,
    url: urlOfDatabase(url, name),
    [Symbol.asyncDispose]: () => dropDatabase(url, name),
  };
}

/** Postgres waits some seconds for connections that are about to end; one that stays is a leak. */
async function dropDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    try {
      await client.query(`drop database if exists ${escapeIdentifier(name)}`);
    } catch (cause) {
      if ((cause as { readonly code?: string }).code !== "55006") throw cause;
      await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      throw new ConvoyError(
        "postgres-connection-leaked",
        `Connections to the database ${name} were still open when it was dropped. Close every client and pool before.`,
        { cause },
      );
    }
  });
}
