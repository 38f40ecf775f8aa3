import type { Connection } from "../../postgres/pool/connection.js";
import type { Pool } from "../../postgres/pool/pool.js";

/**
 * A transaction of Convoy's own housekeeping, which mutations take no notice of: it is not serializable.
 *
 * @throws whatever the work does, or `pg`; then nothing of it is done.
 */
export async function inOwnTransaction<Result>(
  pool: Pool,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  try {
    await connection.command(
      `begin isolation level read committed read write${pool.transactionSettings}`,
    );
    const result = await work(connection);
    await connection.command("commit");
    return result;
  } catch (error) {
    connection.discard();
    throw error;
  } finally {
    connection.release();
  }
}
