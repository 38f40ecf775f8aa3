import { withClient } from "../../../../runtime/postgres/embedded/database-client.js";
import { propertyRuns } from "../../../database/support/property-runs.js";
import { breathe, eventually } from "./eventually.js";
import type { Participant } from "./participant.js";

/** The seeds of the runs: other ones each time `CONVOY_FAULT_SEED` says so, and as many as asked. */
export function faultSeeds(usual: number): readonly number[] {
  const first = Number(process.env["CONVOY_FAULT_SEED"] ?? "1");
  return Array.from({ length: propertyRuns(usual).numRuns }, (_, at) => first + at);
}

/** One who writes with SQL, and knows nothing of Convoy. */
export class SqlWriter {
  readonly #url: string;
  #written = 0;

  constructor(url: string) {
    this.#url = url;
  }

  get written(): number {
    return this.#written;
  }

  async add(): Promise<void> {
    const n = this.#written + 1;
    while (!(await this.#try(n).catch(() => false))) await breathe();
    this.#written = n;
  }

  /** Something more has been written, by whoever has it write. */
  async progress(): Promise<void> {
    const before = this.#written;
    await eventually("SQL writes", () => this.#written > before);
  }

  async #try(n: number): Promise<boolean> {
    await withClient(this.#url, async (client) => {
      const { rowCount } = await client.query(
        `select from marks where doc->>'client' = 'sql' and (doc->>'n')::int = $1`,
        [n],
      );
      // The last try was lost only after it had committed.
      if (rowCount !== 0) return;
      await client.query("begin");
      await client.query(
        `insert into marks (doc) values (jsonb_build_object('client', 'sql', 'n', $1::int))`,
        [n],
      );
      await client.query(
        n === 1
          ? `insert into totals (doc) values ('{"client":"sql","count":1}')`
          : `update totals set doc = jsonb_set(doc, '{count}', to_jsonb((doc->>'count')::int + 1)) where doc->>'client' = 'sql'`,
      );
      await client.query("commit");
    });
    return true;
  }
}

/**
 * Writes have stopped, and all servers run: what was acknowledged is there once, and everybody is
 * shown what there is, without asking.
 */
export async function expectAllWell(
  databaseUrl: string,
  participants: readonly Participant[],
): Promise<void> {
  for (const participant of participants) {
    const { id, acknowledged } = participant;
    const made = await withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ n: number }>(
        `select (doc->>'n')::int as n from marks where doc->>'client' = $1 order by 1`,
        [id],
      );
      return rows.map(({ n }) => n);
    });
    const expected = Array.from({ length: acknowledged }, (_, at) => at + 1);
    if (JSON.stringify(made) !== JSON.stringify(expected))
      throw new Error(`${id} has made marks up to ${acknowledged}, and there are ${made.join()}`);
    await eventually(`${id} is shown what there is`, () => participant.isUpToDate());
  }
}
