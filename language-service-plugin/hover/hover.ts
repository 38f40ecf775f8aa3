import type ts from "typescript";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import { type KnownQuery, tableNamed } from "../../compiler/rules/database-uses.js";
import { fieldList } from "../../compiler/rules/wording.js";
import { fileSyntax } from "../../compiler/syntax/file-syntax.js";
import type { QueryChain } from "../../compiler/syntax/query-chain.js";
import { nameAt } from "../names/find-names.js";
import { nodeAt, textSpan } from "../names/literal-at.js";
import type { Name } from "../names/name.js";
import { covers, type Occurrence } from "../names/occurrence.js";
import type { View } from "../project/views.js";
import { accessor, quoted } from "./accessor.js";
import { queryPlan } from "./query-plan.js";
import { querySql } from "./query-sql.js";

/** TypeScript's hover, with what a query does, or what a name of the schema stands for. */
export function withHover(
  view: View,
  position: number,
  given: ts.QuickInfo | undefined,
): ts.QuickInfo | undefined {
  const { schema, sourceFile } = view;
  if (schema === null) return given;
  const name = nameAt(view, position);
  const query = queryAt(view, schema, position);
  const texts = [
    name === null ? null : describe(schema, name),
    query === null ? null : `${queryPlan(query)}\n\n${fenced(querySql(view.ts, schema, query))}`,
  ].filter((text) => text !== null);
  if (texts.length === 0) return given;
  const node = nodeAt(view.ts, sourceFile, position);
  const { start, length } = textSpan(sourceFile, node);
  return {
    kind: view.ts.ScriptElementKind.string,
    kindModifiers: "",
    textSpan: name?.span ?? { start, length },
    displayParts: name === null ? [] : [{ kind: "text", text: title(name.name) }],
    ...given,
    documentation: [
      ...(given?.documentation ?? []),
      { kind: "text", text: `${given?.documentation?.length ? "\n\n" : ""}${texts.join("\n\n")}` },
    ],
  };
}

function title(name: Name): string {
  switch (name.kind) {
    case "table":
      return `(table) ${name.table}`;
    case "index":
      return `(index) ${name.table}.${name.index}`;
    case "field":
      return `(field) ${name.table}.${name.field}`;
    case "function":
      return `(function) ${name.module}.${name.name ?? ""}`;
  }
}

/** What a name stands for; `null` where TypeScript's own hover says it. */
function describe(schema: SchemaFacts, { name, isDefinition }: Occurrence): string | null {
  if (name.kind === "function" || (name.kind === "field" && isDefinition)) return null;
  const table = schema.tables.find((candidate) => candidate.name === name.table);
  if (table === undefined) return null;
  if (name.kind === "table") {
    const indexes = table.indexes.map((index) => `${index.name} ${fieldList(index.fields)}`);
    return [
      ...(table.doc && !isDefinition ? [table.doc] : []),
      `Fields: ${table.fields.map((field) => field.name).join(", ")}.`,
      `Indexes: ${indexes.length === 0 ? "none" : indexes.join(", ")}.`,
    ].join("\n\n");
  }
  if (name.kind === "field") return fenced(accessor(schema, table, name.field));
  const index = table.indexes.find((candidate) => candidate.name === name.index);
  if (index === undefined) return null;
  const columns = [...index.fields.map((field) => accessor(schema, table, field)), "id"];
  const create = `create ${index.unique ? "unique " : ""}index on ${quoted(table.name)} (${columns.join(", ")})`;
  return `${index.unique ? "Unique index" : "Index"} on ${fieldList(index.fields)}.\n\n${fenced(create)}`;
}

function fenced(sql: string): string {
  return `\`\`\`sql\n${sql}\n\`\`\``;
}

/** The query of which a name or a method is at a place, where table and index are known. */
function queryAt(
  { ts: typescript, sourceFile }: View,
  schema: SchemaFacts,
  position: number,
): KnownQuery | null {
  for (const query of fileSyntax(typescript, sourceFile).queries) {
    if (!tokensOf(typescript, query).some((node) => touches(sourceFile, node, position))) continue;
    const table = tableNamed(schema, query.table);
    if (table === null) return null;
    if (query.index === null) return { query, table, index: null };
    const { name } = query.index.index;
    const index = table.indexes.find((candidate) => candidate.name === name);
    return index === undefined ? null : { query, table, index };
  }
  return null;
}

function tokensOf(typescript: typeof ts, query: QueryChain): readonly ts.Node[] {
  const calls = [
    query.start,
    query.index?.call,
    ...query.orders.map(({ call }) => call),
    ...query.filters.map(({ call }) => call),
  ];
  const methods = calls.flatMap((call) =>
    call !== undefined && typescript.isPropertyAccessExpression(call.expression)
      ? call.expression.name
      : [],
  );
  const isMethod = query.terminal !== null && query.terminal.name !== "for await";
  return [
    ...methods,
    query.table.node,
    ...(query.index === null ? [] : [query.index.index.node]),
    ...(isMethod ? [query.terminal.place] : []),
  ];
}

function touches(sourceFile: ts.SourceFile, node: ts.Node, position: number): boolean {
  const start = node.getStart(sourceFile);
  return covers({ start, length: node.end - start }, position);
}
