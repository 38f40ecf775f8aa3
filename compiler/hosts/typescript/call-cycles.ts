import type ts from "typescript";
import type { ModuleFacts } from "../../model/facts.js";
import type { ProjectLayout } from "../../project/layout.js";
import { ImportGraph } from "./import-graph.js";
import { type ApiReference, fileReferences, mayRefer } from "./references.js";

interface GraphNode {
  readonly segments: readonly string[];
  readonly references: readonly ApiReference[];
}

/**
 * Whether some function may reach itself through `api`, so that its result might be inferred
 * through itself. Where no function does, results that agree with the api on disk are the only
 * ones that can: by induction from the functions that call no other. Functions whose handler's
 * return type is written down end a cycle.
 */
export function hasCallCycle(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
  modules: readonly ModuleFacts[],
): boolean {
  const graph = new ImportGraph(typescript, program, project);
  const nodes = modules.flatMap((module) => nodesOf(typescript, program, project, graph, module));
  const state = new Map<GraphNode, "open" | "closed">();
  const leadsToCycle = (node: GraphNode): boolean => {
    if (state.get(node) === "open") return true;
    if (state.get(node) === "closed") return false;
    state.set(node, "open");
    for (const reference of node.references) {
      for (const target of nodes) {
        if (mayRefer(reference, target.segments) && leadsToCycle(target)) return true;
      }
    }
    state.set(node, "closed");
    return false;
  };
  return nodes.some(leadsToCycle);
}

function nodesOf(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
  graph: ImportGraph,
  module: ModuleFacts,
): readonly GraphNode[] {
  const file = program.getSourceFile(`${project.root}/${module.file}`);
  if (!file) return [];
  const definitions = functionDefinitions(typescript, file);
  const own = fileReferences(typescript, file).api;
  const imported = [...graph.closureOf(file)]
    .filter((other) => other !== file)
    .flatMap((other) => fileReferences(typescript, other).api);
  const isInside = (node: ts.Node, reference: ApiReference) =>
    reference.position >= node.pos && reference.position < node.end;
  const shared = own.filter((reference) => !definitions.some(({ node }) => isInside(node, reference)));
  return module.functions.map((facts) => {
    const segments = [...module.path.split("/"), facts.name];
    const definition = definitions.find(({ name }) => name === facts.name);
    if (definition?.isAnnotated) return { segments, references: [] };
    const inside = definition ? own.filter((r) => isInside(definition.node, r)) : own;
    return { segments, references: [...inside, ...shared, ...imported] };
  });
}

interface Definition {
  readonly name: string;
  readonly node: ts.Node;
  /** The handler's return type is written down. */
  readonly isAnnotated: boolean;
}

function functionDefinitions(typescript: typeof ts, file: ts.SourceFile): readonly Definition[] {
  return file.statements.flatMap((statement) => {
    if (!typescript.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap((declaration): readonly Definition[] => {
      const { name, initializer } = declaration;
      if (!typescript.isIdentifier(name) || !initializer) return [];
      if (!typescript.isCallExpression(initializer)) return [];
      const isAnnotated = initializer.arguments.some((a) => hasAnnotatedHandler(typescript, a));
      return [{ name: name.text, node: declaration, isAnnotated }];
    });
  });
}

function hasAnnotatedHandler(typescript: typeof ts, argument: ts.Expression): boolean {
  return (
    typescript.isObjectLiteralExpression(argument) &&
    argument.properties.some((property) => {
      const isHandler =
        property.name !== undefined &&
        typescript.isIdentifier(property.name) &&
        property.name.text === "handler";
      if (!isHandler) return false;
      if (typescript.isMethodDeclaration(property)) return property.type !== undefined;
      if (!typescript.isPropertyAssignment(property)) return false;
      const value = property.initializer;
      return (
        (typescript.isArrowFunction(value) || typescript.isFunctionExpression(value)) &&
        value.type !== undefined
      );
    })
  );
}
