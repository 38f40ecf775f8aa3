import { Client } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { physicalSchema } from "../../database/storage/physical-schema.js";
import { realTiming, type RetryTiming } from "../../database/transactions/retry.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { databaseError } from "../errors/database-error.js";
import { type Plan, plan } from "../plan/plan.js";
import type { Notice } from "../plan/problem.js";
import type { Step } from "../plan/step.js";
import type { PlanInput, Rename } from "../plan/world.js";
import { syncFailure, throwProblems, unstable } from "./failures.js";
import type { Pause } from "./pause.js";
import { runPlan } from "./run-plan.js";
import { prepareSession, type SyncSession, takeLock } from "./session.js";

export interface SchemaOptions {
  /** A database, as a user who may create schemas and tables. No pooler in transaction mode. */
  readonly url: string;
  /** What the tables should be like. */
  readonly manifest: Manifest;
  /** The schema that holds the tables: `public`. */
  readonly schema?: string;
  /** The tables that may be dropped, with all that is in them, once they left the schema. */
  readonly allowDrop?: readonly string[];
  /** The tables that have another name now. It is never guessed. */
  readonly renames?: readonly Rename[];
}

export interface SyncOptions extends SchemaOptions {
  /** Hears of each step as it begins. */
  readonly onStep?: (step: Step) => void;
  /** Hears once if another run has to be waited for. */
  readonly onWait?: () => void;
  /** How long another run is waited for: ten minutes. */
  readonly lockPatienceMs?: number;
  readonly timing?: RetryTiming;
  readonly pause?: Pause;
}

export interface SyncResult {
  /** What was done. */
  readonly steps: readonly Step[];
  readonly notices: readonly Notice[];
}

const TEN_MINUTES_MS = 600_000;

/** Of plans that did not hold until they were done. */
const MAX_PLANS = 5;

/**
 * What `syncSchema` would do. Nothing is changed, and what only reading all documents can tell is
 * not known yet.
 *
 * @throws {ConvoyError} where the database cannot be reached or read.
 */
export async function planSchema(options: SchemaOptions): Promise<Plan> {
  return await withConnection(options.url, async (client) =>
    plan(await readInput(client, options)),
  );
}

/**
 * Makes the tables of a database what the manifest wants. It may be interrupted at any point and run
 * again; several that run at once wait for one another.
 *
 * @throws {SchemaSyncError} where something has to be decided or mended first. Where documents do
 *   not fit, nothing has been changed.
 * @throws {ConvoyError} where the database fails. What was done stays, and another run goes on.
 */
export async function syncSchema(options: SyncOptions): Promise<SyncResult> {
  return await withConnection(options.url, async (client) => {
    const session: SyncSession = {
      client,
      schema: options.schema ?? "public",
      timing: options.timing ?? realTiming,
      pause: options.pause ?? (async () => {}),
    };
    const patience = options.lockPatienceMs ?? TEN_MINUTES_MS;
    await takeLock(session, patience, () => options.onWait?.());
    await session.pause("locked", null);
    const done: Step[] = [];
    for (let plans = 1; plans <= MAX_PLANS; plans += 1) {
      const input = await readInput(client, options);
      const { steps, problems, notices } = plan(input);
      throwProblems(problems, { nothingChanged: plans === 1 });
      const outcome = await runPlan(session, input, steps, {
        onStep: (step) => options.onStep?.(step),
        onDone: (step) => done.push(step),
      });
      if (outcome === "done") return { steps: done, notices };
    }
    throw unstable();
  });
}

async function readInput(client: Client, options: SchemaOptions): Promise<PlanInput> {
  const { manifest, schema = "public", allowDrop = [], renames = [] } = options;
  const desired = physicalSchema(manifest);
  const { catalog, applied } = await readCatalog(client, schema);
  return { desired, manifest, catalog, applied, options: { allowDrop, renames } };
}

async function withConnection<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url });
  // A connection that is lost fails the statement that is under way; there is nobody else to tell.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw databaseError(error, "connect");
  }
  try {
    await prepareSession(client);
    return await work(client);
  } catch (error) {
    throw syncFailure(error);
  } finally {
    await client.end();
  }
}
