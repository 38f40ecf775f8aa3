import path from "node:path";
import { connectionUrl } from "../../runtime/postgres/embedded/connection-url.js";
import { createApp } from "../../runtime/server/app.js";
import { openBackend } from "../../runtime/server/backend.js";
import { missingDatabaseUrl } from "../../runtime/server/handler.js";
import { listen } from "../../runtime/server/listen.js";
import type { ServerLog } from "../../runtime/server/log/server-log.js";
import { loadProject } from "../../runtime/server/project/load-project.js";
import type { ServerSettings } from "../../runtime/server/settings.js";
import type { ServeArguments } from "./arguments.js";
import { allowExtensionlessImports } from "./extensionless-imports.js";
import { findBuild } from "./find-build.js";

export interface ServeOptions {
  readonly args: ServeArguments;
  readonly settings: ServerSettings;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: ServerLog;
}

/** Where the clients of the examples look for it. */
const USUAL_PORT = 3210;

/** How long connections to the database that a call does not give back are waited for. */
const LAST_CONNECTIONS_MS = 2_000;

/**
 * Serves a built project. The database may be down: the server says so in its log, and calls fail
 * until it is back.
 *
 * @throws {ConvoyError} where there is no build that can be loaded, no database is named, or the port
 *   cannot be had.
 */
export async function serve(options: ServeOptions): Promise<AsyncDisposable> {
  const { args, settings, cwd, env, log } = options;
  const root = path.resolve(cwd, args.dir);
  const { generated, manifestFile } = await findBuild(root);
  const databaseUrl =
    (await connectionUrl({ env, root })) ?? (await connectionUrl({ env, root: cwd }));
  if (databaseUrl === null) throw missingDatabaseUrl();
  allowExtensionlessImports(path.join(generated, "functions.js"));
  const code = await loadProject(generated, manifestFile);
  const { databaseConnections, allowedOrigins } = settings;
  const backend = await openBackend({
    databaseUrl,
    code,
    wakes: true,
    ...(databaseConnections !== null && { maxConnections: databaseConnections }),
  });
  const app = createApp({ backend, log, allowedOrigins });
  const host = args.host ?? settings.host;
  const listening = await listen(app, {
    port: args.port ?? settings.port ?? USUAL_PORT,
    ...(host !== null && { host }),
  });
  log.info({ url: listening.url, functions: Object.keys(code.functions).length }, "listening");
  app.readiness.watch();
  return {
    async [Symbol.asyncDispose]() {
      await listening.close();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LAST_CONNECTIONS_MS);
      });
      await Promise.race([backend[Symbol.asyncDispose](), late]);
      clearTimeout(timer);
    },
  };
}
