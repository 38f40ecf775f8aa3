import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { built } from "./built.js";

export interface BenchServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * A Postgres that nobody else uses, and that is gone when the benchmark is.
 *
 * @param others settings in place of those that measuring wants.
 */
export async function startServer(
  others: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const { startEmbeddedPostgres } = await built<
    typeof import("../../runtime/postgres/embedded/start.js")
  >("runtime/postgres/embedded/start.js");
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
  // Where root measures, the server runs as somebody else.
  chmodSync(folder, 0o755);
  const dataDir = path.join(folder, "server");
  const server = await startEmbeddedPostgres({ dataDir, settings: { ...settings, ...others } });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const settings = {
  // The processor is measured, not the disk.
  fsync: "off",
  // Its work would fall to whoever happens to be measured.
  autovacuum: "off",
  checkpoint_timeout: "1h",
  max_wal_size: "8GB",
  // Transactions of many operations keep their locks on documents, where the usual ones would have
  // locks on whole tables, and conflicts with all others.
  max_pred_locks_per_transaction: "1024",
  max_pred_locks_per_page: "100",
};
