import type ts from "typescript";
import { definitionInfo } from "../definition/definition.js";
import { nameAt, occurrencesOf } from "../names/find-names.js";
import { generatedMember } from "../names/generated-member.js";
import type { Occurrence } from "../names/occurrence.js";
import type { View } from "../project/views.js";

/** The parts of TypeScript's service that know the uses of a name as an identifier. */
export type NativeReferences = Pick<ts.LanguageService, "findReferences">;

/** Every use of the name at a place, those that TypeScript finds among them. */
export function withReferences(
  view: View,
  service: NativeReferences,
  position: number,
  given: ts.ReferencedSymbol[] | undefined,
): ts.ReferencedSymbol[] | undefined {
  const name = nameAt(view, position)?.name;
  if (name === undefined) return given;
  const all = occurrencesOf(view, name);
  const [definition] = all;
  if (definition === undefined) return given;
  const member = generatedMember(view, name);
  const native = [
    ...(definition.isDefinition ? nativeAt(service, definition) : (given ?? [])),
    ...((member && service.findReferences(member.fileName, member.position)) ?? []),
  ];
  const own: ts.ReferencedSymbol = {
    definition: {
      ...definitionInfo(view, definition),
      displayParts: [{ kind: "text", text: definitionInfo(view, definition).name }],
    },
    references: all.map(({ fileName, span, isDefinition }) => ({
      fileName,
      textSpan: span,
      isWriteAccess: isDefinition,
      isDefinition,
    })),
  };
  const known = new Set(own.references.map(keyOf));
  const { generatedDir } = view.project.layout;
  const isOther = (entry: ts.ReferencedSymbolEntry): boolean => {
    const key = keyOf(entry);
    const isNew = !known.has(key) && !entry.fileName.startsWith(`${generatedDir}/`);
    known.add(key);
    return isNew;
  };
  const others = native
    .map(({ definition: of, references }) => ({
      definition: of,
      references: references.filter(isOther),
    }))
    .filter(({ references }) => references.length > 0);
  return [own, ...others];
}

/** A definition is an identifier nearly always, with uses that only the checker knows. */
function nativeAt(
  service: NativeReferences,
  { fileName, span }: Occurrence,
): readonly ts.ReferencedSymbol[] {
  return span.length === 0 ? [] : (service.findReferences(fileName, span.start) ?? []);
}

function keyOf({ fileName, textSpan }: ts.DocumentSpan): string {
  return `${fileName} ${textSpan.start}`;
}
