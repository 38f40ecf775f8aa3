import { randomUUID } from "node:crypto";
import { Client } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import type { ChangeLayout } from "../../../runtime/database/storage/change-layout.js";
import { physicalSchema } from "../../../runtime/database/storage/physical-schema.js";
import { resolvePoolOptions } from "../../../runtime/postgres/pool/pool-options.js";
import { startupOptions } from "../../../runtime/postgres/pool/settings.js";
import type { TableChange } from "../../../runtime/realtime/changes/change.js";
import type { Fence } from "../../../runtime/realtime/changes/fence.js";
import { type ChangesSince, readChanges } from "../../../runtime/realtime/changes/read-changes.js";

/** A server that reads the log, and has a lease. */
export interface LogReader extends AsyncDisposable {
  readonly serverId: string;
  /** The last one. */
  readonly fence: Fence | null;
  /** What `readChanges` says, on a snapshot of its own. */
  read(): Promise<ChangesSince>;
  /** The changes since the last reading, where they are known. */
  changes(): Promise<readonly TableChange[]>;
}

export interface LogReaderOptions {
  readonly url: string;
  readonly layouts: ReadonlyMap<number, ChangeLayout>;
  readonly serverId?: string;
  /** Whether it registers itself; otherwise that is the test's to do. */
  readonly lease?: boolean;
  /** Where another one has stopped. */
  readonly fence?: Fence | null;
}

export async function openLogReader(options: LogReaderOptions): Promise<LogReader> {
  const { url, layouts, serverId = randomUUID(), lease = true, fence = null } = options;
  const client = new Client({
    connectionString: url,
    options: startupOptions(resolvePoolOptions({ url })),
  });
  client.on("error", () => {});
  await client.connect();
  if (lease) {
    await client.query(
      `begin read write;
       insert into _convoy.boot (id) values (gen_random_uuid()) on conflict do nothing;
       insert into _convoy.leases (server_id, needed_from, renewed_at)
       values ('${serverId}', pg_snapshot_xmin(pg_current_snapshot()), now());
       commit`,
    );
  }
  let previous = fence;
  const session: Pick<ReadSession, "run"> = {
    run: async ({ name, text }, parameters) => {
      const { rows } = await client.query<(string | null)[]>({
        name,
        text,
        values: [...parameters],
        rowMode: "array",
        types: { getTypeParser: () => (value: string) => value },
      });
      return { rows, count: rows.length };
    },
  };
  const read = async (): Promise<ChangesSince> => {
    await client.query("begin isolation level repeatable read read only");
    try {
      const found = await readChanges(session, { previous, layouts, serverId });
      previous = found.fence;
      return found;
    } finally {
      await client.query("commit");
    }
  };
  if (lease) await read();
  return {
    serverId,
    get fence() {
      return previous;
    },
    read,
    async changes() {
      const { changes } = await read();
      if (changes === null) throw new Error("Anything may have changed.");
      return changes;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** By the numbers that the tables of a manifest get in an empty database. */
export function layoutsOf(manifest: Manifest): ReadonlyMap<number, ChangeLayout> {
  return new Map(physicalSchema(manifest).tables.map(({ changes }, at) => [at + 1, changes]));
}
