import type { SentStatement, TestTables } from "./test-tables.js";

/** A node of a plan, as `explain (format json)` has it. */
export interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Filter?: string;
  readonly "One-Time Filter"?: string;
  readonly Plans?: readonly PlanNode[];
}

/** The nodes of the plan that Postgres makes for these parameters. */
export async function planOf(
  tables: TestTables,
  { text, parameters }: SentStatement,
): Promise<readonly PlanNode[]> {
  return nodesOf(await tables.rows(`explain (format json) ${text}`, parameters));
}

/** The nodes of the plan that a named statement may come to have, whatever its parameters. */
export async function genericPlanOf(
  tables: TestTables,
  { text, parameters }: SentStatement,
): Promise<readonly PlanNode[]> {
  await tables.rows(`prepare explained as ${text}`);
  const values = parameters.length === 0 ? "" : `(${parameters.map(() => "null").join(", ")})`;
  try {
    await tables.rows("set plan_cache_mode to force_generic_plan");
    return nodesOf(await tables.rows(`explain (format json) execute explained${values}`));
  } finally {
    await tables.rows("reset plan_cache_mode");
    await tables.rows("deallocate explained");
  }
}

function nodesOf(rows: readonly (readonly (string | null)[])[]): readonly PlanNode[] {
  const [explained] = JSON.parse(rows[0]?.[0] ?? "") as [{ readonly Plan: PlanNode }];
  const visit = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(visit)];
  return visit(explained.Plan);
}
