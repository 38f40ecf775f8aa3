import type ts from "typescript";
import type { SchemaFacts, SourceSpan } from "../../compiler/model/facts.js";
import type { View } from "../project/views.js";
import { nodeAt } from "./literal-at.js";
import type { Name } from "./name.js";
import { isSameName } from "./name.js";
import type { Occurrence } from "./occurrence.js";

/** Where the schema defines its tables, indexes and fields, and lists fields in indexes. */
export function* schemaDefinitions(view: View): Generator<Occurrence> {
  if (view.schema === null) return;
  for (const [name, span, isDefinition] of spansOf(view.schema)) {
    const found = occurrenceAt(view, name, span, isDefinition);
    if (found !== null) yield found;
  }
}

/** Where a name of the schema is defined; `null` where that is not written out. */
export function definitionOf(view: View, name: Name): Occurrence | null {
  for (const found of schemaDefinitions(view)) {
    if (found.isDefinition && isSameName(found.name, name)) return found;
  }
  return null;
}

function* spansOf(schema: SchemaFacts): Generator<readonly [Name, SourceSpan, boolean]> {
  for (const table of schema.tables) {
    yield [{ kind: "table", table: table.name }, table.span, true];
    for (const index of table.indexes) {
      yield [{ kind: "index", table: table.name, index: index.name }, index.span, true];
      for (const [position, field] of index.fields.entries()) {
        const span = index.fieldSpans[position];
        if (span !== undefined) yield [{ kind: "field", table: table.name, field }, span, false];
      }
    }
    for (const field of table.fields) {
      yield [{ kind: "field", table: table.name, field: field.name }, field.span, true];
    }
  }
}

/** Only what holds the name itself: facts that were read before an edit may be off, or stand elsewhere. */
function occurrenceAt(
  { ts: typescript, program, project }: View,
  name: Name,
  { file, start, length }: SourceSpan,
  isDefinition: boolean,
): Occurrence | null {
  const fileName = `${project.layout.root}/${file}`;
  const sourceFile = program.getSourceFile(fileName);
  if (sourceFile === undefined) return null;
  const text = sourceFile.text.slice(start, start + length);
  const isQuoted = /^(["'`])(.*)\1$/s.test(text);
  const written = isQuoted ? text.slice(1, -1) : text;
  if (written !== textOf(name)) return null;
  const span = isQuoted ? { start: start + 1, length: length - 2 } : { start, length };
  const isShorthand = !isQuoted && isShorthandAt(typescript, sourceFile, span);
  return { name, fileName, span, isDefinition, isShorthand };
}

function isShorthandAt(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  { start }: ts.TextSpan,
): boolean {
  const { parent } = nodeAt(typescript, sourceFile, start + 1);
  return parent !== undefined && typescript.isShorthandPropertyAssignment(parent);
}

/** How a name is written. */
export function textOf(name: Name): string {
  switch (name.kind) {
    case "table":
      return name.table;
    case "index":
      return name.index;
    case "field":
      return name.field;
    case "function":
      return name.name ?? name.module.split("/").at(-1) ?? "";
  }
}
