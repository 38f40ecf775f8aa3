import type ts from "typescript";
import { nameAt, occurrencesOf } from "../names/find-names.js";
import type { Occurrence } from "../names/occurrence.js";
import { textOf } from "../names/schema-definitions.js";
import type { View } from "../project/views.js";

/** What can be renamed at a place, together with all its uses; `null` where that is not ours to say. */
export function renameInfo(view: View, position: number): ts.RenameInfoSuccess | null {
  const use = renamedAt(view, position);
  if (use === null) return null;
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

/** Finds what TypeScript would rename at the definition: an identifier has uses besides ours. */
export type NativeLocations = (
  fileName: string,
  position: number,
) => readonly ts.RenameLocation[] | undefined;

/** Every place to write the new name to; `null` where that is not ours to say. */
export function renameLocations(
  view: View,
  position: number,
  nativeLocations: NativeLocations,
): readonly ts.RenameLocation[] | null {
  const use = renamedAt(view, position);
  if (use === null) return null;
  const all = occurrencesOf(view, use.name);
  const own = all.map(({ fileName, span, isShorthand, name }) => ({
    fileName,
    textSpan: span,
    ...(isShorthand ? { suffixText: `: ${textOf(name)}` } : {}),
  }));
  const [definition] = all;
  const native =
    definition?.isDefinition && use.name.kind !== "index" && !definition.isShorthand
      ? (nativeLocations(definition.fileName, definition.span.start) ?? [])
      : [];
  const known = new Set(own.map(keyOf));
  const { generatedDir } = view.project.layout;
  const others = native.filter(
    (location) => !known.has(keyOf(location)) && !location.fileName.startsWith(`${generatedDir}/`),
  );
  return [...own, ...others];
}

/** Fields are properties of types, whose uses are all over the place: TypeScript renames those. */
function renamedAt(view: View, position: number): Occurrence | null {
  const use = nameAt(view, position);
  if (use === null || use.name.kind === "field") return null;
  if (use.name.kind === "function" && use.name.name === null) return null;
  // A name that nothing defines, or that stands for something that cannot be seen.
  return occurrencesOf(view, use.name).some(({ isDefinition }) => isDefinition) ? use : null;
}

function keyOf({ fileName, textSpan }: ts.DocumentSpan): string {
  return `${fileName} ${textSpan.start}`;
}
