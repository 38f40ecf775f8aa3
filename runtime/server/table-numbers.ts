import { ConvoyError } from "../../protocol/errors.js";
import { runQuery } from "../database/transactions/query.js";
import type { Statement } from "../database/session/statement.js";
import type { Pool } from "../postgres/pool/pool.js";

const selectNumbers: Statement = {
  name: "convoy_table_numbers",
  text: "select name, number from _convoy.tables where name is not null",
};

/**
 * What the ids of each table carry.
 *
 * @throws {ConvoyError} `schema-out-of-step` where the database was never synced.
 */
export async function readTableNumbers(pool: Pool): Promise<ReadonlyMap<string, number>> {
  try {
    const { rows } = await runQuery(pool, (session) => session.run(selectNumbers, []), {
      hint: selectNumbers.name,
    });
    return new Map(rows.map(([name, number]) => [name ?? "", Number(number)]));
  } catch (error) {
    if (!(error instanceof ConvoyError) || error.code !== "schema-out-of-step") throw error;
    throw new ConvoyError(
      "schema-out-of-step",
      "The database has no tables of Convoy yet. Run `convoy dev`, or `convoy deploy` in production.",
      { cause: error },
    );
  }
}
