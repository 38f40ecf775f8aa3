import type ts from "typescript";
import { fileSyntax } from "../../compiler/syntax/file-syntax.js";
import type { NameArgument } from "../../compiler/syntax/name-argument.js";
import { textSpan } from "./literal-at.js";
import type { Name } from "./name.js";
import type { Occurrence } from "./occurrence.js";

const known = new WeakMap<ts.SourceFile, readonly Occurrence[]>();

/** Where a file uses names of the schema, by its syntax. */
export function schemaUses(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
): readonly Occurrence[] {
  let uses = known.get(sourceFile);
  if (uses === undefined) {
    uses = [...findUses(typescript, sourceFile)];
    known.set(sourceFile, uses);
  }
  return uses;
}

function* findUses(typescript: typeof ts, sourceFile: ts.SourceFile): Generator<Occurrence> {
  const { queries, operations, refs } = fileSyntax(typescript, sourceFile);
  // A constant may hold the name of several uses.
  const seen = new Set<ts.Node>();
  const use = function* (argument: NameArgument | null, toName: (text: string) => Name) {
    if (argument === null || argument.name === null || argument.literal === null) return;
    if (seen.has(argument.literal)) return;
    seen.add(argument.literal);
    const { start, length } = textSpan(sourceFile, argument.literal);
    yield {
      name: toName(argument.name),
      fileName: sourceFile.fileName,
      span: { start, length },
      isDefinition: false,
      isShorthand: false,
    };
  };
  const toTable = (table: string): Name => ({ kind: "table", table });
  for (const { table } of operations) yield* use(table, toTable);
  for (const { table } of refs) yield* use(table, toTable);
  for (const { table: tableArgument, index, orders, filters } of queries) {
    yield* use(tableArgument, toTable);
    const { name: table } = tableArgument;
    if (table === null) continue;
    const toField = (field: string): Name => ({ kind: "field", table, field });
    yield* use(index?.index ?? null, (name) => ({ kind: "index", table, index: name }));
    for (const { field } of index?.steps ?? []) yield* use(field, toField);
    for (const { field } of orders) yield* use(field, toField);
    for (const { conditions } of filters) {
      for (const { field } of conditions) yield* use(field, toField);
    }
  }
}
