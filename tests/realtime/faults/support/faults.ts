import { withClient } from "../../../../runtime/postgres/embedded/database-client.js";

/** Deletes leases, and what they kept, as another server does with those that were not renewed. */
export async function forgetLeases(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("begin");
    await client.query(
      "delete from _convoy.leases where server_id in (select server_id from _convoy.leases for update skip locked)",
    );
    await client.query("delete from _convoy.changes");
    await client.query("commit");
  });
}

/** Ends those of the servers' connections whose last statement was like this. */
export async function endConnections(url: string, statement: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'convoy%' and query ilike $1`,
      [statement],
    );
  });
}

/** `kill -9` of one of the processes that serve the servers: Postgres ends all others and recovers. */
export async function killBackend(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name like 'convoy%' limit 1",
    );
    for (const { pid } of rows) process.kill(pid, "SIGKILL");
  });
}
