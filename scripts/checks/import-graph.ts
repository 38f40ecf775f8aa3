import { isBuiltin } from "node:module";
import path from "node:path";
import ts from "typescript";
import type { Layer } from "./layers.js";

export interface Import {
  /** `undefined` when it is computed: `import(name)`. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** `type` is gone at run time; `lazy` runs when reached, so it closes no cycle. */
  readonly kind: "value" | "type" | "lazy";
}

/** Source files, by their path from the repository's root with forward slashes, and their text. */
export type Sources = ReadonlyMap<string, string>;

/** Everything about the imports of these files that the layers do not allow, as sentences. */
export function findImportProblems(sources: Sources, layers: readonly Layer[]): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const layer = layerOf(file, layers);
    const neighbours: string[] = [];
    graph.set(file, neighbours);
    if (layer === undefined) {
      problems.push(`${file}: no layer in scripts/checks/layers.ts covers this file.`);
      continue;
    }
    for (const found of readImports(file, text)) {
      const problem = findProblem(file, found, layer, sources, layers);
      if (problem !== undefined) problems.push(`${file}:${found.line}: ${problem}`);
      const target = resolveFile(file, found.specifier, sources);
      if (target !== undefined && found.kind === "value") neighbours.push(target);
    }
  }
  for (const cycle of findCycles(graph)) {
    problems.push(`${cycle[0]}: import cycle ${[...cycle, cycle[0]].join(" → ")}`);
  }
  return problems;
}

function findProblem(
  file: string,
  { specifier, kind }: Import,
  layer: Layer,
  sources: Sources,
  layers: readonly Layer[],
): string | undefined {
  if (specifier === undefined) {
    return layer.computedImports ? undefined : `${layer.path} may not import a computed name.`;
  }
  if (isBuiltin(specifier)) {
    return layer.node ? undefined : `${layer.path} may not import "${specifier}".`;
  }
  if (isRelative(specifier)) {
    const target = resolveFile(file, specifier, sources);
    if (target === undefined) return `"${specifier}" is not a source file.`;
    const other = layerOf(target, layers);
    if (other === undefined || other === layer || layer.layers?.includes(other.path)) {
      return undefined;
    }
    if (!layer.typeLayers?.includes(other.path)) {
      return `${layer.path} may not import ${other.path} ("${specifier}").`;
    }
    return kind === "type" ? undefined : onlyType(layer, specifier);
  }
  const packageName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (layer.packages?.includes(packageName)) return undefined;
  if (!layer.typePackages?.includes(packageName)) {
    return `${layer.path} may not import "${specifier}".`;
  }
  return kind === "type" ? undefined : onlyType(layer, specifier);
}

function onlyType(layer: Layer, specifier: string): string {
  return `${layer.path} may only use \`import type\` for "${specifier}".`;
}

function layerOf(file: string, layers: readonly Layer[]): Layer | undefined {
  return layers
    .filter((layer) => file === layer.path || file.startsWith(`${layer.path}/`))
    .reduce<Layer | undefined>(
      (longest, layer) =>
        longest === undefined || layer.path.length > longest.path.length ? layer : longest,
      undefined,
    );
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

/** The source behind `./x.js`: sources name each other by the file that the compiler makes. */
function resolveFile(
  from: string,
  specifier: string | undefined,
  sources: Sources,
): string | undefined {
  if (specifier === undefined || !isRelative(specifier)) return undefined;
  const stem = path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, "");
  return [`${stem}.ts`, `${stem}.tsx`, `${stem}.d.ts`].find((candidate) => sources.has(candidate));
}

/**
 * Reads the imports from the syntax. `import { type A }` counts as a value import, because under
 * `verbatimModuleSyntax` it still loads the module.
 */
export function readImports(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const imports: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, kind: Import["kind"]): void => {
    imports.push({
      specifier: specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
      kind,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      add(node, node.moduleSpecifier, isType ? "type" : "value");
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node, node.moduleSpecifier, node.isTypeOnly ? "type" : "value");
    } else if (
      ts.isImportEqualsDeclaration(node) &&
      ts.isExternalModuleReference(node.moduleReference)
    ) {
      add(node, node.moduleReference.expression, node.isTypeOnly ? "type" : "value");
    } else if (ts.isImportTypeNode(node)) {
      const { argument } = node;
      add(node, ts.isLiteralTypeNode(argument) ? argument.literal : undefined, "type");
    } else if (ts.isCallExpression(node) && isLoad(node.expression)) {
      add(node, node.arguments[0], "lazy");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require")
  );
}

/** One cycle for each group of files that import each other, its files in the order of the imports. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const inKnownCycle = new Set<string>();
  for (const file of [...graph.keys()].toSorted()) {
    if (inKnownCycle.has(file)) continue;
    const cycle = shortestWayBack(file, graph);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const member of cycle) inKnownCycle.add(member);
  }
  return cycles;
}

function shortestWayBack(
  start: string,
  graph: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [file];
        while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}
