import type ts from "typescript";
import type { SourceSpan } from "../../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../../project/layout.js";

/** The span of a node without the comments before it; `null` for nodes outside the project. */
export function spanIn(project: ProjectLayout, node: ts.Node): SourceSpan | null {
  const source = node.getSourceFile();
  if (!source.fileName.startsWith(`${project.root}/`)) return null;
  if (source.fileName.includes("/node_modules/")) return null;
  const start = node.getStart(source);
  return { file: relativeToRoot(project, source.fileName), start, length: node.getEnd() - start };
}
