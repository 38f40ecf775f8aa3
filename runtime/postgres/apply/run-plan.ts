import { readCatalog } from "../catalog/read-catalog.js";
import { failureOf, postgresError } from "../errors/sqlstate.js";
import { planDocuments } from "../plan/plan-documents.js";
import { planRenames } from "../plan/plan-renames.js";
import type { Problem } from "../plan/problem.js";
import type { Step } from "../plan/step.js";
import type { PlanInput } from "../plan/world.js";
import { buildIndex, dropIndex } from "./build-index.js";
import { findMisfits } from "./check-documents.js";
import { findDuplicates } from "./check-duplicates.js";
import { throwProblems } from "./failures.js";
import { type Outcome, runTransaction } from "./run-transaction.js";
import type { SyncSession } from "./session.js";

export interface RunListener {
  onStep(step: Step): void;
  onDone(step: Step): void;
}

/** Runs the steps of a plan in their order. Each is durable before the next one begins. */
export async function runPlan(
  session: SyncSession,
  input: PlanInput,
  steps: readonly Step[],
  listener: RunListener,
): Promise<Outcome> {
  // Checks come first, and all that they find is told at once.
  const found: Problem[] = [];
  for (const step of steps) {
    if (!isCheck(step)) throwProblems(found, { nothingChanged: true });
    listener.onStep(step);
    await session.pause("before-step", step);
    try {
      if (isCheck(step)) found.push(...(await runCheck(session, input, step)));
      else if ((await runStep(session, input, step)) === "replan") return "replan";
    } catch (error) {
      await explain(session, input, step, error);
      throw error;
    }
    await session.pause("after-step", step);
    listener.onDone(step);
  }
  throwProblems(found, { nothingChanged: true });
  return "done";
}

type CheckStep = Extract<Step, { readonly kind: "check-documents" | "check-duplicates" }>;

function isCheck(step: Step): step is CheckStep {
  return step.kind === "check-documents" || step.kind === "check-duplicates";
}

async function runCheck(
  session: SyncSession,
  { manifest }: PlanInput,
  step: CheckStep,
): Promise<readonly Problem[]> {
  if (step.kind === "check-documents") return await findMisfits(session, step, manifest.types);
  return await findDuplicates(session, step.table, step.index, step.sql[0] ?? "");
}

async function runStep(
  session: SyncSession,
  { manifest }: PlanInput,
  step: Exclude<Step, CheckStep>,
): Promise<Outcome> {
  switch (step.kind) {
    case "create-index":
      return await buildIndex(session, step);
    case "drop-index":
      return await dropIndex(session, step);
    case "rename-table":
    case "change-columns":
      return await runTransaction(session, step, step.sql, step.mustBeEmpty);
    case "set-not-null":
      for (const statement of step.sql) {
        if ((await runTransaction(session, step, [statement])) === "replan") return "replan";
        await session.pause("between-statements", step);
      }
      return "done";
    case "record-manifest":
      await session.client.query(step.sql[0] ?? "", [step.hash, JSON.stringify(manifest)]);
      return "done";
    case "system-schema":
    case "create-table":
    case "note-changes":
    case "drop-table":
      return await runTransaction(session, step, step.sql);
  }
}

/** Casts that fail, and a NULL where none may be: there are documents that do not fit their types. */
const misfitStates = /^(?:22...|23502|23514)$/;

/**
 * Plain SQL may write what does not fit, and Postgres finds it when an index is built over it. It
 * does not say where, so all documents of the table are read.
 *
 * @throws {SchemaSyncError} if that is the case.
 */
async function explain(
  session: SyncSession,
  input: PlanInput,
  step: Step,
  error: unknown,
): Promise<void> {
  const { code } = postgresError(error);
  if (!("table" in step) || failureOf(error) === "lost" || !misfitStates.test(code)) return;
  const { catalog } = await readCatalog(session.client, session.schema);
  const { world } = planRenames({ ...input, catalog });
  const name = [...world.tables].find(
    ([name, { currentName }]) => name === step.table || currentName === step.table,
  )?.[0];
  const table = input.manifest.tables.find((table) => table.name === name);
  const physical = input.desired.tables.find((table) => table.name === name);
  const existing = world.tables.get(name ?? "");
  if (table === undefined || physical === undefined || existing === undefined) return;
  const unknown = { ...world, applied: null };
  const { steps } = planDocuments(table, input.manifest.types, physical, existing, unknown);
  for (const check of steps) {
    throwProblems(await findMisfits(session, check, input.manifest.types), {
      nothingChanged: false,
    });
  }
}
