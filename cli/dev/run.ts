import type { Manifest } from "../../compiler/model/manifest.js";
import type { Session } from "../../compiler/session.js";
import { type SyncResult, syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import type { Clock } from "../clock.js";
import type { ProjectDatabase } from "../database/find-database.js";
import { type WatchEvent, type WatchOptions, watchProject } from "../watch/watch-project.js";
import type { Front } from "./front.js";
import type { FunctionServers } from "./function-servers.js";

/** What happened while `convoy dev` ran. */
export type DevEvent =
  | WatchEvent
  | { readonly kind: "synced"; readonly result: SyncResult; readonly milliseconds: number }
  | { readonly kind: "serving"; readonly functions: number; readonly milliseconds: number }
  /** What was served before is served still. */
  | { readonly kind: "held back"; readonly error: unknown; readonly serving: boolean }
  | { readonly kind: "crashed" };

export interface DevOptions {
  readonly session: Session;
  readonly database: ProjectDatabase;
  /** `null`: generate and sync alone. */
  readonly serving: { readonly front: Front; readonly servers: FunctionServers } | null;
  readonly logLevel: string;
  readonly allowedOrigins: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Instead of watching the file system, in tests. */
  readonly watch?: Omit<WatchOptions, "session" | "signal" | "clock">;
}

/** Keeps code, database and server in step with a project, until the signal. */
export async function* runDev(options: DevOptions): AsyncGenerator<DevEvent, void, void> {
  const { session, clock, signal } = options;
  const update = createUpdate(options);
  // The analysis keeps one processor busy; the bundle, which seldom needs its outcome, another.
  const prepare = (): void => options.serving?.servers.prepare(session.project.generatedDir);
  const watching = { session, signal, clock, onAnalyse: prepare, ...options.watch };
  for await (const event of watchProject(watching)) {
    yield event;
    if (event.kind !== "analysed" || event.written === null) continue;
    // What came during the analysis, which lets nothing else run, is heard once others may.
    await clock.sleep(0, signal);
    if (signal.aborted) return;
    if (event.analysis.diagnostics.some(({ severity }) => severity === "error")) continue;
    if (event.written.some(isBundled)) prepare();
    yield* update(manifestOf(event.analysis.files));
  }
}

/** Declarations and the manifest are read by others. */
function isBundled(generated: string): boolean {
  return generated.endsWith(".ts") && !generated.endsWith(".d.ts");
}

/** The text of the manifest among generated files. */
export function manifestOf(files: ReadonlyMap<string, string> | null): string {
  const text = [...(files ?? [])].find(([file]) => file.endsWith("/manifest.json"))?.[1];
  if (text === undefined) throw new TypeError("No manifest was generated.");
  return text;
}

/** Brings the database, and then the server, up to what was generated. */
function createUpdate(
  options: DevOptions,
): (manifest: string) => AsyncGenerator<DevEvent, void, void> {
  const { session, database, serving, clock, signal } = options;
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  let synced: string | null = null;
  let isServing = false;

  return async function* update(manifest) {
    const since = clock.now();
    try {
      if (manifest !== synced) {
        const result = await syncSchema({
          url: database.url,
          manifest: JSON.parse(manifest) as Manifest,
        });
        synced = manifest;
        yield { kind: "synced", result, milliseconds: clock.now() - since };
      }
      if (serving === null || signal.aborted) return;
      const starting = serving.servers.start({
        generated: session.project.generatedDir,
        databaseUrl: database.url,
        logLevel: options.logLevel,
        allowedOrigins: options.allowedOrigins,
      });
      // Modules may take long to load, and then nobody waits for them.
      const started = await Promise.race([starting, stopped]);
      if (started === null) return;
      const { port, functions } = started;
      serving.front.switchTo(port);
      serving.servers.retire();
      isServing = true;
      yield { kind: "serving", functions, milliseconds: clock.now() - since };
    } catch (error) {
      yield { kind: "held back", error, serving: isServing };
    }
  };
}
