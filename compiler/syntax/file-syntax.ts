import type ts from "typescript";
import { type Capability, capabilityFinder } from "./capability.js";
import { definitionOf, type FunctionDefinition, importOf } from "./definition.js";
import { type Imports, importsOf } from "./imports.js";
import { type DatabaseOperation, isOperationMethod, operationOf } from "./operation.js";
import { type NameArgument, nameArgument } from "./name-argument.js";
import { outsideNamesIn, type OutsideUse, outsideUseOf } from "./outside-use.js";
import { type PromiseFate, promiseFate } from "./promise-fate.js";
import { chainReader, isChainMethod, type QueryChain } from "./query-chain.js";
import { type Scopes, scopesIn } from "./scope.js";
import { enclosingFunction, ensureParents, type TypeScript, wrapped } from "./tree.js";

/** What one file says to Convoy: its definitions, and its uses of contexts and databases. */
export interface FileSyntax {
  readonly imports: Imports;
  readonly definitions: readonly FunctionDefinition[];
  /** Every query, as far as it can be followed. Chains that share their first steps share those. */
  readonly queries: readonly QueryChain[];
  /** Queries that are dropped, or awaited, without having been run. */
  readonly unfinished: readonly QueryChain[];
  readonly operations: readonly DatabaseOperation[];
  /** Calls of functions through a context: `ctx.runMutation(…)`. */
  readonly functionCalls: readonly FunctionCall[];
  /** Every call above that starts work, and what becomes of its promise. */
  readonly promises: readonly PromiseUse[];
  /** Calls of `defineRef`. */
  readonly refs: readonly RefCall[];
  /** What reaches out of the process, in a function that is given a context. */
  readonly outsideUses: readonly OutsideUse[];
}

/** The same of one statement of the file, a function at most. */
export type StatementSyntax = Omit<FileSyntax, "imports">;

export interface FunctionCall {
  readonly call: ts.CallExpression;
  readonly method: "runQuery" | "runMutation" | "runAction";
  readonly methodName: ts.MemberName;
  readonly context: Capability;
}

export interface RefCall {
  readonly call: ts.CallExpression;
  readonly table: NameArgument;
}

export interface PromiseUse {
  readonly call: ts.Expression;
  /** The part of it that a message points at: `ctx.db.insert`, `collect`. */
  readonly place: ts.Node;
  /** How a message names it: `db.insert(…)`. */
  readonly text: string;
  readonly capability: Capability;
  readonly fate: PromiseFate;
}

const files = new WeakMap<ts.SourceFile, FileSyntax>();
const statements = new WeakMap<ts.Statement, Read>();

interface Read {
  /** The file that the statement is part of, since names mean something in a file only. */
  sourceFile: ts.SourceFile;
  readonly syntax: StatementSyntax;
  /** Whether the syntax may have nodes of other statements: constants that hold names. */
  readonly looksOutside: boolean;
}

/** Reads a file once; the answer stays with the file. */
export function fileSyntax(ts: TypeScript, sourceFile: ts.SourceFile): FileSyntax {
  let syntax = files.get(sourceFile);
  if (syntax === undefined) {
    syntax = joined(ts, sourceFile);
    files.set(sourceFile, syntax);
  }
  return syntax;
}

/** Reads statements of a file one by one, for who does not need them all. */
export function statementReader(
  ts: TypeScript,
  sourceFile: ts.SourceFile,
): (statement: ts.Statement) => StatementSyntax {
  let read: ReturnType<typeof openFile> | undefined;
  return (statement) => {
    const known = statements.get(statement);
    if (known?.sourceFile === sourceFile) return known.syntax;
    const found = (read ??= openFile(ts, sourceFile)).read(statement);
    statements.set(statement, { sourceFile, ...found });
    return found.syntax;
  };
}

/**
 * Says that these statements, which an editor has taken over into `sourceFile` from the file as it
 * was, mean there what they meant before: neither they nor anything that they name has changed. What
 * they name may have been parsed again all the same, and its old nodes are nowhere.
 */
export function keepStatements(sourceFile: ts.SourceFile, untouched: Iterable<ts.Statement>): void {
  for (const statement of untouched) {
    const known = statements.get(statement);
    if (known?.looksOutside === false) known.sourceFile = sourceFile;
  }
}

/** Hardly any file is asked for its statements, so those of the others are not kept. */
function joined(ts: TypeScript, sourceFile: ts.SourceFile): FileSyntax {
  const { imports, read } = openFile(ts, sourceFile);
  const all = sourceFile.statements.map((statement) => {
    const known = statements.get(statement);
    return known?.sourceFile === sourceFile ? known.syntax : read(statement).syntax;
  });
  return Object.freeze({
    imports,
    definitions: all.flatMap(({ definitions }) => definitions),
    queries: all.flatMap(({ queries }) => queries),
    unfinished: all.flatMap(({ unfinished }) => unfinished),
    operations: all.flatMap(({ operations }) => operations),
    functionCalls: all.flatMap(({ functionCalls }) => functionCalls),
    promises: all.flatMap(({ promises }) => promises),
    refs: all.flatMap(({ refs }) => refs),
    outsideUses: all.flatMap(({ outsideUses }) => outsideUses),
  });
}

const functionCallMethods: ReadonlySet<string> = new Set(["runQuery", "runMutation", "runAction"]);

/** The nodes that are worth a second look, found in one walk. */
interface Candidates {
  readonly methodCalls: ts.CallExpression[];
  readonly refs: ts.CallExpression[];
  readonly sqlTags: ts.TaggedTemplateExpression[];
  readonly loops: ts.ForOfStatement[];
  readonly outside: ts.Identifier[];
  readonly definitions: FunctionDefinition[];
}

/** What the statements of a file have in common. */
interface OpenFile {
  readonly sourceFile: ts.SourceFile;
  readonly imports: Imports;
  readonly scopes: Scopes;
  readonly outsideNames: ReadonlySet<string>;
}

type ReadStatement = Omit<Read, "sourceFile">;

function openFile(
  ts: TypeScript,
  sourceFile: ts.SourceFile,
): { readonly imports: Imports; read(statement: ts.Statement): ReadStatement } {
  ensureParents(ts, sourceFile);
  const imports = importsOf(ts, sourceFile);
  const scopes = scopesIn(ts, sourceFile);
  const file: OpenFile = { sourceFile, imports, scopes, outsideNames: outsideNamesIn(imports) };
  return { imports, read: (statement) => readStatement(ts, file, statement) };
}

/** A context comes into a statement by a parameter in it, or by its type; never from another one. */
function readStatement(ts: TypeScript, file: OpenFile, statement: ts.Statement): ReadStatement {
  const { sourceFile, imports } = file;
  const found = findCandidates(ts, file, statement);
  if (Object.values(found).every((all: readonly unknown[]) => all.length === 0)) {
    return { syntax: silent, looksOutside: false };
  }
  let looksOutside = false;
  const scopes: Scopes = {
    resolve(identifier) {
      const binding = file.scopes.resolve(identifier);
      const declaration = binding?.declaration;
      if (declaration !== undefined && ts.isVariableDeclaration(declaration)) {
        looksOutside ||= declaration.pos < statement.pos || declaration.end > statement.end;
      }
      return binding;
    },
  };
  const handlers = new Map<ts.Node, FunctionDefinition>(
    found.definitions.map((definition) => [definition.handler, definition]),
  );
  const capabilityOf = capabilityFinder(ts, sourceFile, imports, scopes, handlers);
  const { chainOf, isContinued } = chainReader(ts, scopes, capabilityOf);

  const chains: QueryChain[] = [];
  const operations: DatabaseOperation[] = [];
  const functionCalls: FunctionCall[] = [];
  const promises: PromiseUse[] = [];

  const addPromise = (
    call: ts.Expression,
    place: ts.Node,
    text: string,
    capability: Capability,
  ): void => {
    promises.push({ call, place, text, capability, fate: promiseFate(ts, call, scopes) });
  };

  for (const call of found.methodCalls) {
    const callee = call.expression as ts.PropertyAccessExpression;
    const method = callee.name.text;
    const chain = isChainMethod(method) ? chainOf(call) : null;
    if (chain !== null) {
      chains.push(chain);
      continue;
    }
    const capability =
      isOperationMethod(method) || functionCallMethods.has(method)
        ? capabilityOf(callee.expression)
        : null;
    if (capability?.role === "db" && isOperationMethod(method)) {
      operations.push(operationOf(ts, call, method, callee.name, capability, scopes));
      addPromise(call, callee, `db.${method}(…)`, capability);
    } else if (capability?.role === "ctx" && functionCallMethods.has(method)) {
      const functionMethod = method as FunctionCall["method"];
      functionCalls.push({
        call,
        method: functionMethod,
        methodName: callee.name,
        context: capability,
      });
      addPromise(call, callee, `ctx.${method}(…)`, capability);
    }
  }
  for (const tag of found.sqlTags) {
    const database = capabilityOf((tag.tag as ts.PropertyAccessExpression).expression);
    if (database?.role === "db") addPromise(tag, tag.tag, "db.sql`…`", database);
  }
  for (const loop of found.loops) {
    const chain = chainOf(loop.expression);
    if (chain?.terminal !== null) continue;
    const terminal = {
      name: "for await",
      place: loop.expression,
      leavesEarly: leavesEarly(ts, loop.statement),
    } as const;
    chains.push({ ...chain, node: loop.expression, terminal });
  }

  const looped = new Set(found.loops.map((loop) => loop.expression));
  const queries = chains.filter(
    (chain) => !isContinued(chain) && (chain.terminal !== null || !looped.has(chain.node)),
  );
  for (const chain of queries) {
    const { terminal } = chain;
    // A query that is not run yet, and a loop that runs it, have no promise to lose.
    if (terminal === null || terminal.name === "for await") continue;
    addPromise(chain.node, terminal.place, `.${terminal.name}(…)`, chain.database);
  }

  const outsideUses: OutsideUse[] = [];
  for (const identifier of found.outside) {
    const use = outsideUseOf(ts, identifier, imports, scopes);
    const capability = use === null ? null : givenContext(ts, identifier, handlers, capabilityOf);
    if (use !== null && capability !== null) outsideUses.push({ ...use, capability });
  }

  const syntax = Object.freeze({
    definitions: found.definitions,
    queries,
    operations,
    functionCalls,
    promises,
    refs: found.refs.flatMap((call) => {
      const [table] = call.arguments;
      return table === undefined ? [] : [{ call, table: nameArgument(ts, table, scopes) }];
    }),
    outsideUses,
    unfinished: queries.flatMap((chain) => {
      const fate = chain.terminal === null ? promiseFate(ts, chain.node, scopes) : null;
      const isAwaited = ts.isAwaitExpression(wrapped(ts, chain.node).parent);
      return fate !== null && (fate.kind !== "used" || isAwaited) ? [chain] : [];
    }),
  });
  return { syntax, looksOutside };
}

const silent: StatementSyntax = Object.freeze({
  definitions: [],
  queries: [],
  unfinished: [],
  operations: [],
  functionCalls: [],
  promises: [],
  refs: [],
  outsideUses: [],
});

function findCandidates(
  ts: TypeScript,
  { imports, scopes, outsideNames }: OpenFile,
  statement: ts.Statement,
): Candidates {
  const found: Candidates = {
    methodCalls: [],
    refs: [],
    sqlTags: [],
    loops: [],
    outside: [],
    definitions: [],
  };

  const visit = (node: ts.Node): void => {
    // Most nodes are names.
    if (ts.isIdentifier(node)) {
      if (outsideNames.has(node.text)) found.outside.push(node);
      return;
    }
    if (ts.isCallExpression(node)) {
      const callee = node.expression;
      if (ts.isPropertyAccessExpression(callee)) {
        const method = callee.name.text;
        if (isChainMethod(method) || isOperationMethod(method) || functionCallMethods.has(method)) {
          found.methodCalls.push(node);
        }
      }
      if (isDefineRef(ts, callee, imports, scopes)) found.refs.push(node);
      const definition = definitionOf(ts, node, imports, scopes);
      if (definition !== null) found.definitions.push(definition);
    } else if (ts.isTaggedTemplateExpression(node)) {
      if (ts.isPropertyAccessExpression(node.tag) && node.tag.name.text === "sql") {
        found.sqlTags.push(node);
      }
    } else if (ts.isForOfStatement(node)) {
      if (node.awaitModifier !== undefined) found.loops.push(node);
    } else if (ts.isTypeNode(node)) {
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

function isDefineRef(
  ts: TypeScript,
  callee: ts.Expression,
  imports: Imports,
  scopes: Scopes,
): boolean {
  if (ts.isIdentifier(callee)) {
    const imported = importOf(ts, callee, imports, scopes);
    return imported?.module === "convoy" && imported.imported === "defineRef";
  }
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "defineRef") return false;
  if (!ts.isIdentifier(callee.expression)) return false;
  const namespace = importOf(ts, callee.expression, imports, scopes);
  return namespace?.module === "convoy" && namespace.imported === "*";
}

/** Whether a loop's body can end the loop, so that it need not read everything. */
function leavesEarly(ts: TypeScript, body: ts.Statement): boolean {
  let leaves = false;
  const visit = (node: ts.Node): void => {
    if (ts.isBreakStatement(node) || ts.isReturnStatement(node)) leaves = true;
    else if (!leaves && !ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  visit(body);
  return leaves;
}

/** The context or database that a function around the node is given. */
function givenContext(
  ts: TypeScript,
  node: ts.Node,
  handlers: ReadonlyMap<ts.Node, FunctionDefinition>,
  capabilityOf: (expression: ts.Expression) => Capability | null,
): Capability | null {
  for (let fn = enclosingFunction(ts, node); fn !== null; fn = enclosingFunction(ts, fn)) {
    const definition = handlers.get(fn);
    if (definition !== undefined) {
      return { role: "ctx", access: definition.builder?.kind ?? null, definition };
    }
    const [parameter] = fn.parameters;
    if (parameter !== undefined && ts.isIdentifier(parameter.name)) {
      const capability = capabilityOf(parameter.name);
      if (capability !== null) return capability;
    }
  }
  return null;
}
