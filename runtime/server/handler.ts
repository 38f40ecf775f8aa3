import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "../../compiler/model/manifest.js";
import { ConvoyError } from "../../protocol/errors.js";
import type { FunctionRegistry } from "../functions/run/registry.js";
import type { RunnerLimits } from "../functions/run/runner-limits.js";
import type { SchemaDefinition } from "../schema/schema.js";
import type { ProjectCode } from "./backend.js";
import type { HttpHandler, HttpRequest } from "./http/node-handler.js";
import type { ServerLimits } from "./limits.js";
import type { ServerLog } from "./log/server-log.js";

export interface ConvoyHandlerOptions {
  /**
   * The compiled project: the folder `_generated` with `functions.js` and `manifest.json`, or what
   * these two hold.
   */
  readonly project:
    | string
    /** A URL of a file. */
    | { readonly href: string }
    | {
        readonly functions: FunctionRegistry;
        readonly schema: SchemaDefinition;
        /** The content of `manifest.json`. */
        readonly manifest: object;
      };
  /** Default: `DATABASE_URL` of the environment. */
  readonly databaseUrl?: string;
  /** The schema in Postgres that has the tables. Default: `public`. */
  readonly postgresSchema?: string;
  /**
   * Where it is mounted, such as `/backend`: `upgrade` then leaves alone what is meant for another
   * project on the same server. Default: any path.
   */
  readonly path?: string;
  /** Connections to the database at most. Default: 10. */
  readonly databaseConnections?: number;
  readonly limits?: Partial<ServerLimits & RunnerLimits>;
  /**
   * Pages of these origins may call functions, besides the server's own: `https://app.example.com`,
   * `http://localhost:*` for any port, or `*` for all.
   */
  readonly allowedOrigins?: readonly string[];
  /** Where calls and failures are written; a `pino` logger is one. Default: a line of JSON each. */
  readonly log?: ServerLog;
}

/** Convoy's routes, for an application that has others as well. */
export interface ConvoyHandler extends HttpHandler {
  /**
   * For the server's `upgrade` event, so that live queries have a WebSocket; without it they are
   * streamed over HTTP. Requests for anything but `…/api/sync` are left to others.
   */
  readonly upgrade: (request: HttpRequest, socket: object, head: object) => void;
  /** Takes no more calls, gives the running ones their time, and closes the database's connections. */
  close(): Promise<void>;
}

/**
 * Mounts a project in an Express application, or in a server of Node. Requests for anything else go
 * on to what comes next.
 *
 * The database may be down: calls are answered with an error until it is back.
 *
 * @throws {ConvoyError} where the project cannot be loaded, or no database is named.
 *
 * @example
 * const app = express();
 * const convoy = await convoyHandler({ project: "dist/convoy/_generated" });
 * app.use("/backend", convoy);
 * const server = app.listen(3000);
 * server.on("upgrade", convoy.upgrade);
 */
export async function convoyHandler(options: ConvoyHandlerOptions): Promise<ConvoyHandler> {
  const {
    project,
    databaseConnections,
    postgresSchema,
    path: mountedAt,
    limits,
    allowedOrigins,
  } = options;
  // Not with the module: a project's functions load it too, and most of them serve nothing.
  const [
    { createRoutes },
    { notFound },
    { isOriginRule },
    { openBackend },
    { loadProject },
    { createLog },
  ] = await Promise.all([
    import("./app.js"),
    import("./http/router.js"),
    import("./http/origins.js"),
    import("./backend.js"),
    import("./project/load-project.js"),
    import("./log/create-log.js"),
  ]);
  const databaseUrl = options.databaseUrl ?? process.env["DATABASE_URL"] ?? "";
  if (databaseUrl === "") throw missingDatabaseUrl();
  const noOrigin = allowedOrigins?.find((entry) => !isOriginRule(entry));
  if (noOrigin !== undefined) throw invalidOrigin(noOrigin);
  if (mountedAt !== undefined && !mountedAt.startsWith("/")) throw invalidPath(mountedAt);
  const code =
    typeof project === "string" || "href" in project
      ? await loadProject(folderOf(project))
      : ({ ...project, manifest: project.manifest as Manifest } satisfies ProjectCode);
  const backend = await openBackend({
    databaseUrl,
    code,
    wakes: true,
    ...(postgresSchema !== undefined && { postgresSchema }),
    ...(databaseConnections !== undefined && { maxConnections: databaseConnections }),
    ...(limits !== undefined && { limits }),
  });
  const log = options.log ?? createLog({ level: "info" });
  const routes = createRoutes({
    backend,
    log,
    ...(mountedAt !== undefined && { path: mountedAt }),
    ...(limits !== undefined && { limits }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
  });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      routes.gate.close();
      await routes.live[Symbol.asyncDispose]();
      await routes.gate.idle(routes.limits.drainMs);
      await backend[Symbol.asyncDispose]();
    })();
    return closing;
  };
  const handle: HttpHandler = (request, response, next) => {
    if (routes.answerCall(request as never, response as never)) return;
    routes.router(request as never, response as never, (error?: unknown) => {
      if (next !== undefined) next(error);
      else notFound(request as never, response as never);
    });
  };
  return Object.assign(handle, { close, upgrade: routes.upgrade as ConvoyHandler["upgrade"] });
}

function folderOf(project: string | { readonly href: string }): string {
  return path.resolve(typeof project === "string" ? project : fileURLToPath(project.href));
}

/** It would allow nothing, and nobody would know why. */
function invalidOrigin(entry: string): ConvoyError {
  return new ConvoyError(
    "invalid-setting",
    `allowedOrigins has "${entry}", which is no origin. Write it as browsers do, without a path and in small letters: https://app.example.com, or http://localhost:* for all ports.`,
  );
}

function invalidPath(path: string): ConvoyError {
  return new ConvoyError(
    "invalid-setting",
    `path is "${path}". Write where the handler is mounted, beginning with a slash, as in app.use("/backend", convoy).`,
  );
}

export function missingDatabaseUrl(): ConvoyError {
  return new ConvoyError(
    "database-url-missing",
    "No database is named. Set DATABASE_URL in the environment, in .env.local or in .env, as in postgresql://user:password@host:5432/name.",
  );
}
