import type ts from "typescript";
import { modulePath, type ProjectLayout } from "../../project/layout.js";
import { ImportGraph } from "./import-graph.js";
import { type ApiReference, fileReferences, mayRefer } from "./references.js";

interface GraphNode {
  /** `projects/tasks.list`. */
  readonly name: string;
  /** `["projects", "tasks", "list"]`. */
  readonly segments: readonly string[];
  readonly references: readonly ApiReference[];
}

export interface CallGraphOptions {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  readonly project: ProjectLayout;
  /** The modules of functions. */
  readonly files: readonly string[];
}

/**
 * Which functions may reach which through `api`, as far as their results may depend on it: a
 * handler whose return type is written down depends on nothing. By syntax, so rather an edge too
 * many than one too few.
 */
export class CallGraph {
  readonly #o: CallGraphOptions;
  readonly #imports: ImportGraph;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #targets = new Map<GraphNode, readonly GraphNode[]>();

  constructor(options: CallGraphOptions) {
    this.#o = options;
    this.#imports = new ImportGraph(options.ts, options.program, options.project);
    for (const file of options.files) {
      for (const node of this.#nodesOf(file)) this.#nodes.set(node.segments.join("."), node);
    }
  }

  /**
   * Whether any function may reach itself. Where none does, results that agree with the api on disk
   * are the only ones that can: by induction from the functions that call no other.
   */
  hasCycle(): boolean {
    const state = new Map<GraphNode, "open" | "closed">();
    const leadsToCycle = (node: GraphNode): boolean => {
      const known = state.get(node);
      if (known) return known === "open";
      state.set(node, "open");
      if (this.#targetsOf(node).some(leadsToCycle)) return true;
      state.set(node, "closed");
      return false;
    };
    return [...this.#nodes.values()].some(leadsToCycle);
  }

  /** Whether the function of this name (`projects/tasks.list`) may reach itself. */
  reachesItself(name: string): boolean {
    const start = this.#nodes.get(name.replaceAll("/", "."));
    if (!start) return false;
    const seen = new Set<GraphNode>();
    const pending = [...this.#targetsOf(start)];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next === start) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      pending.push(...this.#targetsOf(next));
    }
    return false;
  }

  #targetsOf(node: GraphNode): readonly GraphNode[] {
    let targets = this.#targets.get(node);
    if (!targets) {
      const found = new Set<GraphNode>();
      for (const reference of node.references) {
        const exact = this.#nodes.get(reference.path.join("."));
        if (exact) found.add(exact);
        else
          for (const target of this.#nodes.values()) {
            if (mayRefer(reference, target.segments)) found.add(target);
          }
      }
      targets = [...found];
      this.#targets.set(node, targets);
    }
    return targets;
  }

  #nodesOf(path: string): readonly GraphNode[] {
    const { ts: typescript, program, project } = this.#o;
    const file = program.getSourceFile(path);
    if (!file) return [];
    const module = modulePath(project, path);
    const definitions = functionDefinitions(typescript, file);
    const own = fileReferences(typescript, file).api;
    const imported = [...this.#imports.closureOf(file)]
      .filter((other) => other !== file)
      .flatMap((other) => fileReferences(typescript, other).api);
    const isInside = (node: ts.Node, { position }: ApiReference) =>
      position >= node.pos && position < node.end;
    const shared = own.filter((use) => !definitions.some(({ node }) => isInside(node, use)));
    return definitions.map(({ name, node, isAnnotated }) => ({
      name: `${module}.${name}`,
      segments: [...module.split("/"), name],
      references: isAnnotated
        ? []
        : [...own.filter((use) => isInside(node, use)), ...shared, ...imported],
    }));
  }
}

interface Definition {
  readonly name: string;
  readonly node: ts.Node;
  /** The handler's return type is written down. */
  readonly isAnnotated: boolean;
}

/** The constants of a module that a call makes: its functions, and perhaps some more. */
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
