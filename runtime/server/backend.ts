import type { Manifest } from "../../compiler/model/manifest.js";
import { loadDrizzle } from "../database/drizzle/connect.js";
import { createDatabaseModel } from "../database/model/database-model.js";
import type { FunctionCall } from "../functions/run/call.js";
import type { FunctionRegistry } from "../functions/run/registry.js";
import { createRunner, type FunctionRunner, type RunnerOptions } from "../functions/run/runner.js";
import type { RunnerLimits } from "../functions/run/runner-limits.js";
import type { MutationId } from "../database/transactions/ledger.js";
import { checkDatabaseUrl } from "../postgres/embedded/connection-url.js";
import { createPool, type Pool } from "../postgres/pool/pool.js";
import { readTableOf } from "../realtime/read-set/read-set-index.js";
import type { LiveProgram } from "../realtime/tick/live-queries.js";
import type { SchemaDefinition } from "../schema/schema.js";
import { checkSchemaState } from "./schema-state.js";
import { readTableNumbers } from "./table-numbers.js";

/** A project as a server loads it: what is in `_generated`. */
export interface ProjectCode {
  readonly manifest: Manifest;
  readonly functions: FunctionRegistry;
  readonly schema: SchemaDefinition;
}

export interface BackendOptions {
  readonly databaseUrl: string;
  readonly code: ProjectCode;
  /** The schema in Postgres that has the tables. Default: `public`. */
  readonly postgresSchema?: string;
  /** Connections at most. Default: 10. */
  readonly maxConnections?: number;
  /** Whether what listens to it tells other servers of what it writes; else Postgres does. */
  readonly wakes?: boolean;
  readonly limits?: Partial<RunnerLimits>;
}

/** Who wants to know what a backend has done. */
export interface BackendListener {
  /** A mutation may have committed; with the id of it, it has. */
  mutated(id: MutationId | undefined): void;
  replaced(): void;
  /** What an action has left alone has failed after its end. */
  strayed(action: string, error: unknown): void;
}

/** One for ticks, and one for the lease. */
const LIVE_CONNECTIONS = 2;

/** The functions of a project with the database they run against. */
export interface Backend extends AsyncDisposable {
  readonly pool: Pool;
  /** For live queries, which must not wait behind the calls of functions. */
  readonly livePool: Pool;
  /** What it runs at the moment. */
  readonly code: ProjectCode;
  /**
   * Runs a function; where the database could not be reached so far, tries again.
   *
   * @returns the wire form of its result, as JSON.
   */
  run(call: FunctionCall): Promise<string>;
  /** What live queries run; the same object as long as the code is. */
  program(): Promise<LiveProgram>;
  /** Tells of what happens, from here on. */
  listen(listener: Partial<BackendListener>): void;
  /** Takes other code. Calls under way end with what they began with. */
  replace(code: ProjectCode): void;
  /** @throws {ConvoyError} where the database cannot be reached or does not fit the code. */
  check(): Promise<void>;
}

/**
 * Opens a backend. The database may be down: calls fail until it is back, and no longer.
 *
 * @throws {ConvoyError} `database-url-invalid`.
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  checkDatabaseUrl(options.databaseUrl);
  const { maxConnections = 10, wakes = false } = options;
  const url = options.databaseUrl;
  const pool = createPool({ url, max: maxConnections, wakes });
  const livePool = createPool({ url, max: LIVE_CONNECTIONS, applicationName: "convoy live" });
  const listeners: Array<Partial<BackendListener>> = [];
  const events: Pick<RunnerOptions, "onMutation" | "onStray"> = {
    onMutation(id) {
      for (const listener of listeners) listener.mutated?.(id);
    },
    onStray(action, error) {
      for (const listener of listeners) listener.strayed?.(action, error);
    },
  };
  let starting: Promise<Program> | null = null;
  let { code } = options;

  /** Made at the first call: it needs the numbers of the tables. A failure is not kept. */
  const program = (): Promise<Program> => {
    if (starting !== null) return starting;
    const attempt = startProgram(pool, code, options, events);
    starting = attempt;
    attempt.catch(() => {
      if (starting === attempt) starting = null;
    });
    return attempt;
  };

  return {
    pool,
    livePool,
    get code() {
      return code;
    },
    async run(call) {
      return await (await program()).runner.run(call);
    },
    program,
    listen(listener) {
      listeners.push(listener);
    },
    replace(next) {
      code = next;
      starting = null;
      for (const listener of listeners) listener.replaced?.();
    },
    async check() {
      await readTableNumbers(pool);
      await checkSchemaState(pool, code.manifest, options.postgresSchema ?? "public");
      await program();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([pool[Symbol.asyncDispose](), livePool[Symbol.asyncDispose]()]);
    },
  };
}

interface Program extends LiveProgram {
  readonly runner: FunctionRunner;
}

async function startProgram(
  pool: Pool,
  { manifest, functions, schema }: ProjectCode,
  { postgresSchema, limits }: BackendOptions,
  events: Pick<RunnerOptions, "onMutation" | "onStray">,
): Promise<Program> {
  // Not before the server listens: it takes as long to load as all the rest of a database's part.
  const drizzle = await loadDrizzle();
  const model = createDatabaseModel({
    manifest,
    schema,
    tableNumbers: await readTableNumbers(pool),
    ...(postgresSchema !== undefined && { postgresSchema }),
  });
  const runner = createRunner({
    pool,
    model,
    functions,
    drizzle,
    ...events,
    ...(limits && { limits }),
  });
  const tables = manifest.tables.map(({ name }) => readTableOf(model.table(name).storage));
  return { runner, tables };
}
