import type ts from "typescript";
import { importsOf, isGeneratedModel } from "../../compiler/syntax/imports.js";
import type { View } from "../project/views.js";
import { importsGenerated } from "./imports-generated.js";
import { textSpan } from "./literal-at.js";
import type { Occurrence } from "./occurrence.js";

const known = new WeakMap<ts.SourceFile, readonly Occurrence[]>();

/** Where a file names tables in the types of their ids and documents: `Id<"users">`. */
export function typeUses(view: View, sourceFile: ts.SourceFile): readonly Occurrence[] {
  let uses = known.get(sourceFile);
  if (uses === undefined) {
    uses = [...findUses(view.ts, sourceFile)];
    known.set(sourceFile, uses);
  }
  return uses.length > 0 && importsGenerated(view, sourceFile, isGeneratedModel) ? uses : [];
}

const typeNames: ReadonlySet<string> = new Set(["Doc", "Id"]);

function* findUses(typescript: typeof ts, sourceFile: ts.SourceFile): Generator<Occurrence> {
  const imports = importsOf(typescript, sourceFile);
  if (![...imports.values()].some(({ module }) => isGeneratedModel(module))) return;

  const isOurs = (name: ts.EntityName): boolean => {
    const isMember = typescript.isQualifiedName(name) && typescript.isIdentifier(name.left);
    const local = isMember ? name.left : name;
    const imported = typescript.isIdentifier(local) ? imports.get(local.text) : undefined;
    if (imported === undefined || !isGeneratedModel(imported.module)) return false;
    return isMember
      ? imported.imported === "*" && typeNames.has(name.right.text)
      : typeNames.has(imported.imported);
  };
  const literals: ts.StringLiteralLike[] = [];
  const add = (type: ts.TypeNode): void => {
    if (typescript.isUnionTypeNode(type)) type.types.forEach(add);
    const literal = typescript.isLiteralTypeNode(type) ? type.literal : null;
    if (literal !== null && typescript.isStringLiteralLike(literal)) literals.push(literal);
  };
  const visit = (node: ts.Node): void => {
    if (typescript.isTypeReferenceNode(node) && isOurs(node.typeName)) {
      node.typeArguments?.forEach(add);
    }
    typescript.forEachChild(node, visit);
  };
  visit(sourceFile);

  for (const literal of literals) {
    const { start, length } = textSpan(sourceFile, literal);
    yield {
      name: { kind: "table", table: literal.text },
      fileName: sourceFile.fileName,
      span: { start, length },
      isDefinition: false,
      isShorthand: false,
    };
  }
}
