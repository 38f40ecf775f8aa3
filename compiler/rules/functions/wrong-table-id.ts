import type ts from "typescript";
import type { TableFacts } from "../../model/facts.js";
import { relativeToRoot } from "../../project/layout.js";
import type { DatabaseOperation } from "../../syntax/operation.js";
import type { QueryChain } from "../../syntax/query-chain.js";
import { unwrap } from "../../syntax/tree.js";
import { hasTable, tableNamed, usesIn } from "../database-uses.js";
import { idTables } from "../id-tables.js";
import { tableOfArgument } from "../table-of-argument.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";
import { quotedList } from "../wording.js";

export const wrongTableId: SourceRule = {
  on: "source",
  code: "CV2007",
  name: "wrong-table-id",
  severity: "error",
  summary: "An id of one table is used where an id of another is expected.",
  fixes: [],
  example: {
    bad: 'ctx.db.get("users", project._id)',
    good: 'ctx.db.get("users", project.userId)',
  },
  *check(context) {
    const { file, project } = context;
    // Other files may not be part of the program that the checker knows.
    if (!file.startsWith(`${relativeToRoot(project, project.convoyDir)}/`)) return;
    const { queries, operations } = usesIn(context);
    const expectations = [
      ...operations.flatMap((operation) => [...ofOperation(context, operation)]),
      ...queries.flatMap((query) => [...ofQuery(context, query)]),
    ];
    for (const { value, isList, table, role } of expectations) {
      if (!mayBeId(context, value)) continue;
      if (!isList && tableOfArgument(context, value) === table) continue;
      const found = context.ofType(value, isList ? "tables of ids" : "tables of id", (checker) =>
        idTables(context.ts, checker, value, isList),
      );
      if (found === null || found.every((name) => name === table)) continue;
      const wrong = found.filter((name) => name !== table);
      const are = isList ? "These are ids" : "This is an id";
      yield {
        message: `${are} of table ${quotedList(wrong)}, but ${role} table "${table}". Pass ${isList ? "ids" : "an id"} of "${table}".`,
        span: context.spanOf(value),
      };
    }
  },
};

interface Expectation {
  readonly value: ts.Expression;
  readonly isList: boolean;
  /** The table whose id belongs there. */
  readonly table: string;
  /** Completes "but … table". */
  readonly role: string;
}

function* ofOperation(
  context: SourceRuleContext,
  operation: DatabaseOperation,
): Generator<Expectation> {
  if (operation.table === null) return;
  const table = tableNamed(context.schema, operation.table);
  if (table === null) return;
  if (operation.id !== null) {
    yield {
      value: operation.id,
      isList: operation.method === "getMany",
      table: table.name,
      role: `db.${operation.method} looks in`,
    };
  }
  if (operation.document !== null) yield* ofDocument(context, table, operation.document);
}

/** The refs among the fields that a write sets, where they are written out. */
function* ofDocument(
  context: SourceRuleContext,
  table: TableFacts,
  document: ts.Expression,
): Generator<Expectation> {
  const { ts } = context;
  const literal = unwrap(ts, document);
  if (!ts.isObjectLiteralExpression(literal)) return;
  for (const property of literal.properties) {
    if (property.name === undefined || !ts.isIdentifier(property.name)) continue;
    const value = ts.isPropertyAssignment(property)
      ? property.initializer
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : null;
    const expectation = ofField(context, table, property.name.text, value);
    if (expectation !== null) yield expectation;
  }
}

function* ofQuery(context: SourceRuleContext, query: QueryChain): Generator<Expectation> {
  const table = tableNamed(context.schema, query.table);
  if (table === null) return;
  const comparisons = [
    ...(query.index?.steps ?? []),
    ...query.filters.flatMap((filter) => filter.conditions),
  ];
  for (const { field, value } of comparisons) {
    if (field.name === "_id" && value !== null) {
      yield { value, isList: false, table: table.name, role: '"_id" holds one of' };
      continue;
    }
    const expectation = ofField(context, table, field.name, value);
    if (expectation !== null) yield expectation;
  }
}

function ofField(
  { schema }: SourceRuleContext,
  table: TableFacts,
  name: string | null,
  value: ts.Expression | null,
): Expectation | null {
  const ref = table.fields.find((field) => field.name === name)?.ref;
  if (!ref || value === null) return null;
  // A ref to nowhere has a rule of its own.
  if (!hasTable(schema, ref.table)) return null;
  return { value, isList: false, table: ref.table, role: `"${table.name}.${name}" refers to` };
}

/** Types are dear; a literal or an object needs none. */
function mayBeId({ ts }: SourceRuleContext, value: ts.Expression): boolean {
  const inner = unwrap(ts, value);
  return !(
    ts.isLiteralExpression(inner) ||
    ts.isObjectLiteralExpression(inner) ||
    inner.kind === ts.SyntaxKind.NullKeyword
  );
}
