import type { Manifest } from "../../compiler/model/manifest.js";
import type { Session } from "../../compiler/session.js";
import { syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import type { Clock } from "../clock.js";
import { isFailed, runCodegen } from "../codegen/run.js";
import type { ProjectDatabase } from "../database/find-database.js";
import { generatedFilesOf } from "../generated-files.js";
import { type DevEvent, manifestOf } from "./run.js";

/** Generates and syncs once: `convoy dev --once`. */
export async function* runOnce(options: {
  readonly session: Session;
  readonly database: ProjectDatabase;
  readonly clock: Clock;
}): AsyncGenerator<DevEvent, void, void> {
  const { session, database, clock } = options;
  const generated = generatedFilesOf(session);
  for (const event of runCodegen({ session, generated, check: false, clock })) {
    const { analysis, milliseconds } = event;
    const written = event.kind === "written" ? event.files : null;
    yield { kind: "analysed", analysis, written, milliseconds };
    if (written === null || isFailed(event)) return;
    const started = clock.now();
    try {
      const manifest = JSON.parse(manifestOf(analysis.files)) as Manifest;
      const result = await syncSchema({ url: database.url, manifest });
      yield { kind: "synced", result, milliseconds: clock.now() - started };
    } catch (error) {
      yield { kind: "held back", error, serving: false };
    }
  }
}
