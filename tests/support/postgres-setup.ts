import { withClient } from "../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { externalServer, sharedServer } from "./postgres.js";

const HOUR_MS = 3_600_000;

/**
 * Starts the tests' Postgres while they are being collected, and stops it after them. Those that
 * need it join, and wait if it is not ready; to all others a failure to start means nothing.
 */
export function setup(): () => Promise<void> {
  if (externalServer !== null) return async () => {};
  const starting = startEmbeddedPostgres(sharedServer).catch(() => null);
  const cleaned = starting.then((server) => server && dropLeftovers(server.url)).catch(() => null);
  return async () => {
    await cleaned;
    await (await starting)?.[Symbol.asyncDispose]();
  };
}

/** Databases of tests that were killed. Other runs may be using theirs. */
async function dropLeftovers(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      String.raw`select datname as name from pg_database where datname like 'copy\_%'`,
    );
    for (const { name } of rows) {
      const made = Number.parseInt(name.split("_")[1] ?? "", 36);
      if (Date.now() - made > HOUR_MS) {
        await client.query(`drop database if exists "${name}" with (force)`);
      }
    }
  });
}
