import { importPath } from "./functions.js";

/** A module and the names that it exports, before anything is known of their types. */
export interface ModuleExports {
  readonly path: string;
  readonly file: string;
  readonly names: readonly string[];
}

interface Node {
  readonly members: Map<string, string>;
  readonly children: Map<string, Node>;
}

/**
 * Prints an `apiTypes.d.ts` in which every member is typed by the function it stands for. The
 * checker resolves a member only when something asks for it, so functions may call each other
 * without a cycle, and no result is ever read from an api that was printed before.
 */
export function printProvisionalApi(modules: readonly ModuleExports[]): string {
  const root: Node = { members: new Map(), children: new Map() };
  for (const module of modules) {
    let node = root;
    for (const segment of module.path.split("/")) {
      let child = node.children.get(segment);
      if (!child) {
        child = { members: new Map(), children: new Map() };
        node.children.set(segment, child);
      }
      node = child;
    }
    const from = JSON.stringify(importPath(module));
    for (const name of module.names) {
      node.members.set(name, `ReferenceTo<typeof import(${from}).${name}>`);
    }
  }
  return `import type { ReferenceTo } from "convoy/server";
export interface Api ${printNode(root)}
export interface Internal extends Api {}
`;
}

function printNode(node: Node): string {
  const children = [...node.children].filter(([name]) => !node.members.has(name));
  const members = [
    ...[...node.members].map(([name, type]) => `${JSON.stringify(name)}: ${type};`),
    ...children.map(([name, child]) => `${JSON.stringify(name)}: ${printNode(child)};`),
  ];
  return `{\n${members.join("\n")}\n}`;
}
