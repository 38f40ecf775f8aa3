import { Client, Pool as PgPool, type PoolClient, type PoolConfig } from "pg";
import { ConvoyError } from "../../../protocol/errors.js";
import { databaseError } from "../errors/database-error.js";
import { postgresError } from "../errors/sqlstate.js";
import { Connection } from "./connection.js";
import { closeSocket, GOODBYE_MS } from "./end-client.js";
import { type PoolOptions, type ResolvedPoolOptions, resolvePoolOptions } from "./pool-options.js";
import { localSettings, markerSql, startupOptions } from "./settings.js";

/** Where the settings of a session come from. */
type SettingsBy =
  /** The first connection will tell. */
  | "unknown"
  | "startup"
  /** A pooler stands between, and each transaction sets them. */
  | "transaction";

/** Connections to one database, for function calls: see `settings.ts` for how they differ. */
export function createPool(options: PoolOptions): Pool {
  return new Pool(resolvePoolOptions(options));
}

export class Pool implements AsyncDisposable {
  readonly #options: ResolvedPoolOptions;
  readonly #clients = new Map<PoolClient, Set<string>>();
  readonly #closing = new Set<Promise<void>>();
  #pool: PgPool;
  #settingsBy: SettingsBy = "unknown";
  #closed = false;

  constructor(options: ResolvedPoolOptions) {
    this.#options = options;
    this.#pool = this.#open(startupOptions(options));
  }

  /** Connections that are open, in use or not. */
  get size(): number {
    return this.#clients.size;
  }

  /** What BEGIN must be followed by. */
  get transactionSettings(): string {
    return this.#settingsBy === "transaction" ? localSettings(this.#options) : "";
  }

  /**
   * Whether sessions have their settings from the start. Otherwise a statement outside a transaction
   * has none of them, and statements must not be sent before BEGIN was answered.
   */
  get hasSessionSettings(): boolean {
    return this.#settingsBy === "startup";
  }

  /**
   * A connection, for as long as it is not released.
   *
   * @throws {ConvoyError} when there is none to be had in time, or too many wait for one.
   */
  async connect(): Promise<Connection> {
    if (this.#closed)
      throw new ConvoyError("database-pool-closed", "The server is shutting down.", {
        status: 503,
        retryable: true,
      });
    const { maxWaiting, acquireTimeoutMs } = this.#options;
    if (this.#pool.waitingCount >= maxWaiting) {
      throw this.#busy(
        `and ${maxWaiting} more wait for one already. Call fewer functions at once, or make them quicker.`,
      );
    }
    const pool = this.#pool;
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      if (isRefusedOption(error)) {
        if (pool === this.#pool && this.#settingsBy === "unknown") this.#doWithoutOptions();
        // Several may have been refused at once, and only the first of them changed the pool.
        if (pool !== this.#pool) return await this.connect();
      }
      const { message } = postgresError(error);
      // The words of pg-pool, which has no codes.
      if (message.startsWith("timeout exceeded when trying to connect")) {
        const seconds = acquireTimeoutMs / 1_000;
        const why = `and none came free in ${seconds} seconds. Make functions quicker, or the pool larger.`;
        throw this.#busy(why, error);
      }
      throw databaseError(error, "connect");
    }
    const connection = new Connection(
      client,
      this.#clients.get(client) ?? new Set(),
      this.#options.silenceMs,
    );
    if (this.#settingsBy === "unknown") await this.#findSettings(client, connection);
    return connection;
  }

  /**
   * A connection to the same database that is not of the pool, and has no settings of ours: it is
   * the caller's to connect and to end.
   */
  createClient(): Client {
    const client = new Client({
      ...poolConfig(this.#options, null),
      query_timeout: this.#options.silenceMs,
    });
    // Whoever uses it learns from its end that it was lost.
    client.on("error", () => {});
    return client;
  }

  /** Waits for the function calls that have a connection, and closes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#pool.end();
    }
    const late = setTimeout(() => {
      for (const client of this.#clients.keys()) closeSocket(client);
    }, GOODBYE_MS);
    await Promise.all(this.#closing);
    clearTimeout(late);
  }

  #open(options: string | null): PgPool {
    const config = poolConfig(this.#options, options);
    const pool = new PgPool(config);
    // An idle connection that was lost is out of the pool by then; the next caller gets another.
    pool.on("error", () => {});
    pool.on("connect", (client) => {
      // It may be lost between two owners; without a listener, that would end the process.
      client.on("error", () => {});
      this.#clients.set(client, new Set());
      const ended = new Promise<void>((resolve) => {
        client.once("end", () => {
          this.#clients.delete(client);
          this.#closing.delete(ended);
          resolve();
        });
      });
      this.#closing.add(ended);
    });
    return pool;
  }

  /** A pooler may take `options` and pass nothing on. */
  async #findSettings(client: PoolClient, connection: Connection): Promise<void> {
    try {
      const { rows } = await client.query<[string | null]>({ text: markerSql, rowMode: "array" });
      if (this.#settingsBy !== "unknown") return;
      this.#settingsBy = rows[0]?.[0] === "on" ? "startup" : "transaction";
    } catch (error) {
      connection.discard();
      connection.release();
      throw databaseError(error, "connect");
    }
  }

  #doWithoutOptions(): void {
    this.#settingsBy = "transaction";
    const refused = this.#pool;
    this.#pool = this.#open(null);
    void refused.end();
  }

  #busy(why: string, cause?: unknown): ConvoyError {
    return new ConvoyError(
      "database-busy",
      `All ${this.#options.max} connections to the database are in use, ${why}`,
      { status: 503, retryable: true, cause },
    );
  }
}

function poolConfig(options: ResolvedPoolOptions, startup: string | null): PoolConfig {
  const { url, ownOptions } = withoutOptions(options.url);
  const all = [ownOptions, startup].filter((part) => part !== null).join(" ");
  return {
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(all !== "" && { options: all }),
  };
}

/** `pg` would let the `options` of a URL replace ours; both are wanted, ours last. */
function withoutOptions(url: string): { readonly url: string; readonly ownOptions: string | null } {
  if (!/[?&]options=/.test(url)) return { url, ownOptions: null };
  const parsed = new URL(url);
  const ownOptions = parsed.searchParams.get("options");
  parsed.searchParams.delete("options");
  return { url: parsed.href, ownOptions };
}

/** PgBouncer knows few startup parameters, and says so of the others. */
function isRefusedOption(error: unknown): boolean {
  const { code, message } = postgresError(error);
  return code === "08P01" && message.includes("startup parameter");
}
