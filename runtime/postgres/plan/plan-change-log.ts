import type { PhysicalTable } from "../schema/physical-schema.js";
import { changeFunction, changeTriggers, createChangeFunction } from "../schema/change-triggers.js";
import { noteChanges } from "./ddl.js";
import type { NoteChangesStep } from "./step.js";
import type { ExistingTable, World } from "./world.js";

/** What is written to a table that is there is noted, with the keys that its indexes have now. */
export function planChangeLog(
  desired: PhysicalTable,
  { number, table: { triggers } }: ExistingTable,
  world: World,
): readonly NoteChangesStep[] {
  const { name } = desired;
  const wanted = changeFunction(number, desired.changes);
  const ours = triggers.filter((trigger) => trigger.function === wanted.name);
  if (!changeTriggers.every((trigger) => ours.some((is) => is.name === trigger))) {
    return [
      step({
        sql: noteChanges(world.schema, desired, number),
        lock: { mode: "share row exclusive", on: name },
        reason: `What is written to "${name}" is noted, so that live queries see it.`,
      }),
    ];
  }
  const isCurrent = ours.every(
    ({ source, settings, isPublic }) =>
      source === wanted.source && settings.join() === wanted.settings.join() && !isPublic,
  );
  if (isCurrent) return [];
  return [
    step({
      sql: createChangeFunction(wanted),
      lock: { mode: "none", on: null },
      reason: `What is noted of changes to "${name}" has the keys of its indexes, which are others now.`,
    }),
  ];

  function step(facts: Pick<NoteChangesStep, "sql" | "lock" | "reason">): NoteChangesStep {
    const estimate = { rows: 0, bytes: 0 };
    return { kind: "note-changes", table: name, estimate, transaction: true, ...facts };
  }
}
