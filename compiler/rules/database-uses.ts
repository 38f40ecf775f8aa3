import type { FunctionKind, IndexFacts, SchemaFacts, TableFacts } from "../model/facts.js";
import { memoized } from "../memoized.js";
import type { Capability } from "../syntax/capability.js";
import type { StatementSyntax } from "../syntax/file-syntax.js";
import type { NameArgument } from "../syntax/name-argument.js";
import type { QueryChain } from "../syntax/query-chain.js";
import type { SourceRuleContext } from "./rule.js";

type Uses = Pick<
  StatementSyntax,
  "queries" | "unfinished" | "operations" | "functionCalls" | "promises" | "outsideUses"
>;

/**
 * The uses of contexts and databases in a file. A handler that is given to somebody's own wrapper
 * counts only where the facts say that a function of ours comes out: it may be any library's.
 */
export function usesIn(context: SourceRuleContext): Uses {
  const { syntax } = context;
  // Hardly any file has wrappers, and every rule asks.
  if (syntax.definitions.every((definition) => definition.builder !== null)) return syntax;
  const ours = (capability: Capability): boolean => isOurs(context, capability);
  return {
    queries: syntax.queries.filter((query) => ours(query.database)),
    unfinished: syntax.unfinished.filter((query) => ours(query.database)),
    operations: syntax.operations.filter((operation) => ours(operation.database)),
    functionCalls: syntax.functionCalls.filter((call) => ours(call.context)),
    promises: syntax.promises.filter((use) => ours(use.capability)),
    outsideUses: syntax.outsideUses.filter((use) => ours(use.capability)),
  };
}

function isOurs(context: SourceRuleContext, { definition }: Capability): boolean {
  return (
    definition === null ||
    definition.builder !== null ||
    context.functionAt(definition.call) !== null
  );
}

/** The kind of function that a context or database belongs to, where it is known. */
export function accessOf(context: SourceRuleContext, capability: Capability): FunctionKind | null {
  if (capability.access !== null || capability.definition === null) return capability.access;
  return context.functionAt(capability.definition.call)?.kind ?? null;
}

export function tableNamed(schema: SchemaFacts, argument: NameArgument): TableFacts | null {
  return (argument.name !== null && tablesByName(schema).get(argument.name)) || null;
}

export function hasTable(schema: SchemaFacts, name: string): boolean {
  return tablesByName(schema).has(name);
}

const tablesByName: (schema: SchemaFacts) => ReadonlyMap<string, TableFacts> = memoized(
  ({ tables }) => new Map(tables.map((table) => [table.name, table])),
);

/** A query of a known table, with the index that it uses where that is known too. */
export interface KnownQuery {
  readonly query: QueryChain;
  readonly table: TableFacts;
  /** `null` where the query uses none. */
  readonly index: IndexFacts | null;
}

/** The queries whose table and index are in the schema: the others have rules of their own. */
export function* knownQueries(context: SourceRuleContext): Generator<KnownQuery> {
  for (const query of usesIn(context).queries) {
    const table = tableNamed(context.schema, query.table);
    if (table === null) continue;
    if (query.index === null) {
      yield { query, table, index: null };
      continue;
    }
    const { name } = query.index.index;
    const index = table.indexes.find((candidate) => candidate.name === name);
    if (index !== undefined) yield { query, table, index };
  }
}

/** How many of an index's fields a query's range fixes with `eq`; `null` where it is not known. */
export function equalityPrefix({ query, index }: KnownQuery): number | null {
  const steps = query.index?.steps ?? (query.index === null ? [] : null);
  if (steps === null) return null;
  let length = 0;
  for (const step of steps) {
    if (step.operator !== "eq" || step.field.name !== index?.fields[length]) break;
    length++;
  }
  return length;
}
