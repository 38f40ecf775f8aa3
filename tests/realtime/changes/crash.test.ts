import { expect, test } from "vitest";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../../runtime/postgres/embedded/start.js";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import { holdLease } from "../../../runtime/realtime/changes/lease.js";
import { tempServerFolder } from "../../postgres/embedded/temp-server-folder.js";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { index, manifest, table, text } from "../../postgres/plan/manifests.js";
import { layoutsOf, openLogReader } from "./log-reader.js";
import { manualClock } from "./manual-clock.js";

const schema = manifest([
  table("notes", { title: text }, { indexes: [index("by_title", "title")] }),
]);
const layouts = layoutsOf(schema);

test("after a crash of Postgres, anything may have changed, and from then on changes are known again", async () => {
  await using folder = await tempServerFolder();
  await using server = await startEmbeddedPostgres(folder);
  const { url } = server;
  await syncSchema({ url, manifest: schema });
  await using pool = createPool({ url });
  await using life = await Life.begin(url, pool);
  await life.write("a");
  expect(await life.titles()).toEqual(["a"]);

  // A process that dies takes all others with it; the server itself goes on.
  const died = withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    process.kill(rows[0]?.pid ?? expect.fail(), "SIGKILL");
    await client.query("select pg_sleep(60)");
  });
  await expect(died).rejects.toThrow();
  await life.isAgainUnknown();

  // The server dies, and is started again on the same port.
  process.kill(server.pid, "SIGKILL");
  await life.isAgainUnknown();
});

/** A server whose reader comes back with the fence that it had. */
class Life implements AsyncDisposable {
  readonly #url: string;
  #reader: Awaited<ReturnType<typeof openLogReader>>;
  readonly #lease: ReturnType<typeof holdLease>;

  static async begin(url: string, pool: ReturnType<typeof createPool>): Promise<Life> {
    const reader = await openLogReader({ url, layouts, lease: false });
    const life = new Life(url, reader, pool);
    await life.#lease.ready;
    await reader.read();
    return life;
  }

  private constructor(
    url: string,
    reader: Awaited<ReturnType<typeof openLogReader>>,
    pool: ReturnType<typeof createPool>,
  ) {
    this.#url = url;
    this.#reader = reader;
    this.#lease = holdLease({
      pool,
      serverId: reader.serverId,
      clock: manualClock(),
      needs: () => this.#reader.fence,
    });
  }

  async write(title: string): Promise<void> {
    await withClient(this.#url, async (client) => {
      await client.query("insert into notes (doc) values (jsonb_build_object('title', $1::text))", [
        title,
      ]);
    });
  }

  async titles(): Promise<readonly unknown[]> {
    const changes = await this.#reader.changes();
    return changes.flatMap((change) =>
      change.kind === "rows" ? change.rows.map(({ after }) => after?.[0]) : [],
    );
  }

  async isAgainUnknown(): Promise<void> {
    const { fence, serverId } = this.#reader;
    await this.#close();
    await waitUntil("the database is back", async () => {
      try {
        await this.write("b");
        return true;
      } catch {
        return false;
      }
    });
    this.#reader = await openLogReader({ url: this.#url, layouts, serverId, fence, lease: false });
    expect((await this.#reader.read()).changes).toBeNull();
    await this.#lease.renew();
    expect((await this.#reader.read()).changes).toBeNull();
    await this.write("c");
    expect(await this.titles()).toEqual(["c"]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease[Symbol.asyncDispose]();
    await this.#close();
  }

  /** Its connection may be lost. */
  async #close(): Promise<void> {
    try {
      await this.#reader[Symbol.asyncDispose]();
    } catch {}
  }
}
