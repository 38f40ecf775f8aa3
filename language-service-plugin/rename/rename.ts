import type ts from "typescript";
import { relativeToRoot } from "../../compiler/project/layout.js";
import { exportSpecifierOf } from "../names/function-definitions.js";
import { definitionOfName, nameAt, occurrencesOf } from "../names/find-names.js";
import type { Name } from "../names/name.js";
import type { Occurrence } from "../names/occurrence.js";
import { generatedMember } from "../names/generated-member.js";
import { nodeAt } from "../names/literal-at.js";
import { textOf } from "../names/schema-definitions.js";
import type { View } from "../project/views.js";

/** What can be renamed at a place, together with all its uses; `null` where that is not ours to say. */
export function renameInfo(view: View, position: number): ts.RenameInfo | null {
  const use = renamedAt(view, position);
  if (use === null) return null;
  const refusal = refusalOf(view, use.name);
  if (refusal !== null) return { canRename: false, localizedErrorMessage: refusal };
  const text = textOf(use.name);
  return {
    canRename: true,
    displayName: text,
    fullDisplayName: text,
    kind: view.ts.ScriptElementKind.string,
    kindModifiers: "",
    triggerSpan: use.span,
  };
}

/**
 * Finds what TypeScript would rename at the definition: an identifier has uses besides ours.
 *
 * @param throughAliases whether imports and exports of the name get the new one too; as the user prefers
 *   if left out.
 */
export type NativeLocations = (
  fileName: string,
  position: number,
  throughAliases?: true,
) => readonly ts.RenameLocation[] | undefined;

/** Every place to write the new name to; `null` where that is not ours to say. */
export function renameLocations(
  view: View,
  position: number,
  nativeLocations: NativeLocations,
): readonly ts.RenameLocation[] | null {
  const use = renamedAt(view, position);
  if (use === null) return null;
  if (refusalOf(view, use.name) !== null) return [];
  const all = occurrencesOf(view, use.name);
  const [definition] = all;
  const exported = use.name.kind === "function" && definition ? exportedBy(view, definition) : null;
  const own = all.map(({ fileName, span, isShorthand, isDefinition, name }) => ({
    fileName,
    textSpan: span,
    ...(isShorthand ? { suffixText: `: ${textOf(name)}` } : {}),
    ...(isDefinition && exported === "from elsewhere" ? { prefixText: `${textOf(name)} as ` } : {}),
  }));
  const member = generatedMember(view, use.name);
  const native = [
    ...((definition?.isDefinition &&
      use.name.kind !== "index" &&
      !definition.isShorthand &&
      exported !== "from elsewhere" &&
      nativeLocations(
        definition.fileName,
        definition.span.start,
        exported === "with its name" ? true : undefined,
      )) ||
      []),
    ...((member && nativeLocations(member.fileName, member.position)) ?? []),
  ].map((location) => keepingExport(view, use.name, definition, location));
  const known = new Set(own.map(keyOf));
  const { generatedDir } = view.project.layout;
  const others = native.filter((location) => {
    const key = keyOf(location);
    const isOther = !known.has(key) && !location.fileName.startsWith(`${generatedDir}/`);
    known.add(key);
    return isOther;
  });
  return [...own, ...others];
}

/**
 * How a function is exported, where its declaration does not do it: `export { list }`, by the name that
 * it has in the module or the one that it has elsewhere. Any other name stands by itself.
 */
function exportedBy(view: View, definition: Occurrence): "with its name" | "from elsewhere" | null {
  const specifier = exportSpecifierOf(view, definition);
  if (specifier === null || specifier.propertyName !== undefined) return null;
  const isDeclared = specifier.name.getStart() !== definition.span.start;
  return isDeclared ? "with its name" : "from elsewhere";
}

/** A module that exports a function of another one goes on to have it by the name of before. */
function keepingExport(
  view: View,
  name: Name,
  definition: Occurrence | undefined,
  location: ts.RenameLocation,
): ts.RenameLocation {
  const { fileName, textSpan } = location;
  if (name.kind !== "function" || fileName === definition?.fileName) return location;
  const modules = view.project.files.modules(view.program);
  const file = modules.find((module) => module.fileName === fileName);
  const specifier = file && nodeAt(view.ts, file, textSpan.start + textSpan.length).parent;
  if (!specifier || !view.ts.isExportSpecifier(specifier) || specifier.propertyName) {
    return location;
  }
  return { ...location, suffixText: ` as ${textOf(name)}` };
}

/** Fields are properties of types, whose uses are all over the place: TypeScript renames those. */
function renamedAt(view: View, position: number): Occurrence | null {
  const use = nameAt(view, position);
  if (use === null || use.name.kind === "field") return null;
  if (use.name.kind === "function" && use.name.name === null) return null;
  return isDefined(view, use.name) || refusalOf(view, use.name) !== null ? use : null;
}

/** Not a name that nothing defines, or that stands for something that cannot be seen. */
function isDefined(view: View, name: Name): boolean {
  const definition = definitionOfName(view, name);
  return definition !== null && view.program.getSourceFile(definition.fileName) !== undefined;
}

/** Why a name cannot be renamed: without its definition, only uses would be. */
function refusalOf(view: View, name: Name): string | null {
  if (name.kind === "field" || isDefined(view, name)) return null;
  if (name.kind === "function") return refusalOfFunction(view, name);
  if (view.isSchemaBroken) {
    return "The schema has syntax errors, so Convoy cannot rename what it defines. Mend those first.";
  }
  const { schema } = view;
  if (schema === null) return "Convoy cannot read the schema from here. Rename this where it can.";
  const table = schema.tables.find((candidate) => candidate.name === name.table);
  const isKnown =
    name.kind === "table"
      ? table !== undefined
      : table?.indexes.some((index) => index.name === name.index) === true;
  return isKnown || schema.problems.length > 0
    ? `Convoy cannot find where "${textOf(name)}" is written in the schema of this project, so it would rename its uses alone. Rename it by hand.`
    : null;
}

/** TypeScript would rename it in the generated types, which the next generation undoes. */
function refusalOfFunction(view: View, name: Name): string {
  const definition = definitionOfName(view, name);
  if (definition === null) {
    return `Convoy cannot find where "${textOf(name)}" is written in the module that exports it, so it would rename its uses alone. Rename it by hand.`;
  }
  const file = relativeToRoot(view.project.layout, definition.fileName);
  return `"${textOf(name)}" is a function in ${file}, which the tsconfig of this file does not have, so Convoy would rename its uses alone. Rename it there, and then here.`;
}

function keyOf({ fileName, textSpan }: ts.DocumentSpan): string {
  return `${fileName} ${textSpan.start}`;
}
