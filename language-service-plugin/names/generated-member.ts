import type ts from "typescript";
import type { View } from "../project/views.js";
import type { Name } from "./name.js";

/**
 * Where the generated types of the api have a function, of which TypeScript knows uses that no syntax
 * tells: `const { list } = api.projects`. `null` where they do not have it.
 */
export function generatedMember(
  { ts: typescript, program, project }: View,
  name: Name,
): { readonly fileName: string; readonly position: number } | null {
  if (name.kind !== "function" || name.name === null) return null;
  const file = program.getSourceFile(`${project.layout.generatedDir}/apiTypes.d.ts`);
  if (file === undefined) return null;
  const path = [...name.module.split("/"), name.name];
  for (const node of file.statements) {
    if (!typescript.isInterfaceDeclaration(node)) continue;
    const member = memberAt(typescript, node.members, path);
    if (member !== null) return { fileName: file.fileName, position: member.getStart(file) };
  }
  return null;
}

function memberAt(
  typescript: typeof ts,
  members: readonly ts.TypeElement[],
  [first, ...rest]: readonly string[],
): ts.PropertyName | null {
  for (const member of members) {
    if (!typescript.isPropertySignature(member) || !("text" in member.name)) continue;
    if (member.name.text !== first) continue;
    if (rest.length === 0) return member.name;
    const { type } = member;
    return type !== undefined && typescript.isTypeLiteralNode(type)
      ? memberAt(typescript, type.members, rest)
      : null;
  }
  return null;
}
