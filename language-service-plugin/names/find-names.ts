import type ts from "typescript";
import type { View } from "../project/views.js";
import { apiUses } from "./api-uses.js";
import { functionDefinition, functionDefinitions } from "./function-definitions.js";
import { isSameName, type Name } from "./name.js";
import { covers, type Occurrence } from "./occurrence.js";
import { definitionOf, schemaDefinitions, textOf } from "./schema-definitions.js";
import { schemaUses } from "./schema-uses.js";
import { typeUses } from "./type-uses.js";

/** The name that is written at a place. */
export function nameAt(view: View, position: number): Occurrence | null {
  const { ts: typescript, sourceFile } = view;
  const isHere = (found: Occurrence) =>
    found.fileName === sourceFile.fileName && covers(found.span, position);
  return (
    schemaUses(typescript, sourceFile).find(isHere) ??
    typeUses(view, sourceFile).find(isHere) ??
    first(schemaDefinitions(view), isHere) ??
    first(apiUses(view, sourceFile), isHere) ??
    first(functionDefinitions(view, sourceFile), isHere)
  );
}

/** Where a name is defined. */
export function definitionOfName(view: View, name: Name): Occurrence | null {
  if (name.kind === "function") return functionDefinition(view, name);
  // Of a path, its first field: what is below has no place of its own in the facts.
  const [field = ""] = name.kind === "field" ? name.field.split(".") : [];
  return definitionOf(view, name.kind === "field" ? { ...name, field } : name);
}

/** Every place in the program where a name is written, its definition first if that is there. */
export function occurrencesOf(view: View, name: Name): readonly Occurrence[] {
  const definition = definitionOfName(view, name);
  const isThere =
    definition !== null && view.program.getSourceFile(definition.fileName) !== undefined;
  const found = isThere ? [definition] : [];
  for (const file of filesToSearch(view, name)) {
    for (const use of usesIn(view, file, name)) if (isSameName(use.name, name)) found.push(use);
  }
  if (name.kind === "field") {
    for (const listed of schemaDefinitions(view)) {
      if (!listed.isDefinition && isSameName(listed.name, name)) found.push(listed);
    }
  }
  return found;
}

/** The sources that have the letters of a name in them. */
function filesToSearch({ program, project }: View, name: Name): readonly ts.SourceFile[] {
  const text = textOf(name);
  return program
    .getSourceFiles()
    .filter(
      (file) =>
        !file.isDeclarationFile &&
        file.text.includes(text) &&
        !file.fileName.includes("/node_modules/") &&
        !file.fileName.startsWith(`${project.layout.generatedDir}/`),
    );
}

function* usesIn(view: View, file: ts.SourceFile, { kind }: Name): Generator<Occurrence> {
  if (kind === "function") return yield* apiUses(view, file);
  // A database of another project has other tables.
  if (view.isOwn(file)) yield* schemaUses(view.ts, file);
  if (kind === "table") yield* typeUses(view, file);
}

function first(all: Iterable<Occurrence>, test: (found: Occurrence) => boolean): Occurrence | null {
  for (const found of all) if (test(found)) return found;
  return null;
}
