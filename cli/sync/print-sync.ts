import type { SyncResult } from "../../runtime/postgres/apply/sync-schema.js";
import type { Notice } from "../../runtime/postgres/plan/problem.js";
import type { Step } from "../../runtime/postgres/plan/step.js";
import type { Channel } from "../channel.js";
import { printable } from "../printable.js";

/** Says what a sync has done to the database; nothing where that is nothing. */
export function printSync({ steps, notices }: SyncResult, channel: Channel): void {
  for (const step of steps) {
    const line = describeStep(step);
    if (line !== null) channel.write(`  ${channel.colors.green("✓")} ${line}\n`);
  }
  printNotices(notices, channel);
}

export function printNotices(notices: readonly Notice[], channel: Channel): void {
  for (const { message } of notices) {
    channel.write(`${channel.colors.blue("note")} ${printable(message)}\n`);
  }
}

/** A step in the words of someone who has done it; `null` for bookkeeping. */
function describeStep(step: Step): string | null {
  switch (step.kind) {
    case "create-table":
      return `created table ${step.table}`;
    case "drop-table":
      return `dropped table ${step.table}`;
    case "rename-table":
      return `renamed table ${step.from} to ${step.to}`;
    case "create-index":
      return `built index ${step.index} of ${step.table}`;
    case "drop-index":
      return `dropped index ${step.name}`;
    case "check-documents":
      return `checked the documents of ${step.table}`;
    case "change-columns":
    case "set-not-null":
      return `changed the columns of ${step.table}`;
    default:
      return null;
  }
}
