import { readFile } from "node:fs/promises";
import { acquire } from "./acquire.js";
import type { BinariesOptions } from "./binaries.js";
import { superuser } from "./cluster.js";
import { serverFolder } from "./folder.js";
import { host } from "./port.js";

/** How often a server that was lost without our doing is started again. */
const MAX_RESTARTS = 3;

export interface EmbeddedPostgresOptions extends Pick<BinariesOptions, "native" | "cacheDir"> {
  /** The folder of the server: `.convoy/postgres` of a project. It is made if it is not there. */
  readonly dataDir: string;
  /** Settings of Postgres beside those of its `postgresql.conf`, for whoever starts it first. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A share in a running server. The server stops when the last process that has one has gone. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** For `pg` and psql alike; it contains the password. */
  readonly url: string;
  /** The process of the server. */
  readonly pid: number;
  /** Whether it ran already. */
  readonly adopted: boolean;
}

/**
 * Starts the Postgres of a folder, or joins those who use it already.
 *
 * @throws {ConvoyError} when that is not possible; its message says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const folder = serverFolder(options.dataDir);
  const acquired = await acquire(folder, options);
  let { membership } = acquired;
  const password = await readFile(folder.password, "utf8");
  let disposed = false;
  let restarting: Promise<void> | null = null;

  // The keeper may be killed, or the server crash, while we live: have it back, on the same port.
  const watch = async (restarts: number): Promise<void> => {
    await membership.ended;
    if (disposed || restarts === MAX_RESTARTS) return;
    restarting = acquire(folder, options).then(
      (again) => {
        membership = again.membership;
        void watch(restarts + 1);
      },
      // Whoever uses the database is told by it that it has gone.
      () => {},
    );
  };
  void watch(0);

  return {
    get url() {
      return `postgresql://${superuser}:${password}@${host}:${membership.port}/postgres`;
    },
    get pid() {
      return membership.pid;
    },
    adopted: acquired.adopted,
    async [Symbol.asyncDispose]() {
      if (disposed) return;
      disposed = true;
      await restarting;
      await membership.release();
    },
  };
}
