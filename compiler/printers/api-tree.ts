import type { FunctionFacts, FunctionVisibility, ModuleFacts } from "../model/facts.js";

/** The functions of a project, nested as `api` nests them. */
export interface ApiNode {
  readonly functions: ReadonlyMap<string, ApiFunction>;
  readonly children: ReadonlyMap<string, ApiNode>;
}

export interface ApiFunction {
  readonly module: ModuleFacts;
  readonly facts: FunctionFacts;
}

interface MutableNode {
  readonly functions: Map<string, ApiFunction>;
  readonly children: Map<string, MutableNode>;
}

/** The functions of one visibility, by the segments of their modules' paths. */
export function apiTree(modules: readonly ModuleFacts[], visibility: FunctionVisibility): ApiNode {
  const root: MutableNode = { functions: new Map(), children: new Map() };
  for (const module of modules) {
    const functions = module.functions.filter((facts) => facts.visibility === visibility);
    if (functions.length === 0) continue;
    const node = module.path.split("/").reduce(childOf, root);
    for (const facts of functions) node.functions.set(facts.name, { module, facts });
  }
  return root;
}

function childOf(node: MutableNode, segment: string): MutableNode {
  let child = node.children.get(segment);
  if (!child) {
    child = { functions: new Map(), children: new Map() };
    node.children.set(segment, child);
  }
  return child;
}
