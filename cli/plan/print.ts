import type { Plan } from "../../runtime/postgres/plan/plan.js";
import type { Estimate, Lock, Step } from "../../runtime/postgres/plan/step.js";
import type { Environment } from "../environment.js";
import type { FailureReport } from "../failure.js";
import { count, printable } from "../printable.js";
import { printNotices } from "../sync/print-sync.js";

export function printPlan(
  { steps, problems, notices }: Pick<Plan, "steps" | "problems" | "notices">,
  { out }: Environment,
): void {
  const { red, bold, gray } = out.colors;
  for (const { code, message } of problems) {
    out.write(`${red("problem")} ${gray(`${code}:`)} ${printable(message)}\n`);
  }
  if (problems.length === 0 && steps.length === 0) {
    out.write("The database is as the schema wants it. There is nothing to do.\n");
  }
  for (const [at, step] of steps.entries()) {
    out.write(`\n${bold(`${at + 1}. ${step.kind}`)} ${printable(step.reason)}\n`);
    out.write(`   ${gray(`${lockOf(step.lock)}${estimateOf(step.estimate)}`)}\n`);
    for (const sql of step.sql) out.write(`${indent(`${sql};`)}\n`);
  }
  if (steps.length > 0) out.write(`\n${count(steps.length, "step")}. Nothing was changed.\n`);
  printNotices(notices, out);
}

function lockOf({ mode, on }: Lock): string {
  if (mode === "none") return "takes no lock that others would feel";
  return `takes an ${mode} lock${on === null ? "" : ` on ${on}`}`.replace("an share", "a share");
}

function estimateOf({ rows, bytes }: Estimate): string {
  if (rows === 0 && bytes === 0) return "";
  return `; about ${count(rows, "row")}, ${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "   ");
}

/** What `convoy plan --json` prints. Members may be added. */
export type PlanDocument =
  | {
      readonly version: 1;
      readonly steps: readonly Pick<Step, "kind" | "sql" | "lock" | "estimate" | "reason">[];
      readonly problems: Plan["problems"];
      readonly notices: Plan["notices"];
    }
  /** Nothing could be planned. */
  | { readonly version: 1; readonly failure: FailureReport };

export function printPlanJson(
  { steps, problems, notices }: Pick<Plan, "steps" | "problems" | "notices">,
  environment: Environment,
): void {
  printDocument(
    {
      version: 1,
      steps: steps.map(({ kind, sql, lock, estimate, reason }) => ({
        kind,
        sql,
        lock,
        estimate,
        reason,
      })),
      problems,
      notices,
    },
    environment,
  );
}

export function printFailureJson(failure: FailureReport, environment: Environment): void {
  printDocument({ version: 1, failure }, environment);
}

function printDocument(document: PlanDocument, { out }: Environment): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
