import { isBuiltin } from "node:module";
import path from "node:path";
import { findCycles } from "./cycles.js";
import type { Layer } from "./layers.js";
import { type Import, readImports } from "./read-imports.js";

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
