import type ts from "typescript";
import type { Binding, Scopes } from "./scope.js";
import { enclosingFunction, isAsync, isFunction, type TypeScript, wrapped } from "./tree.js";

/** What becomes of a promise. */
export type PromiseFate =
  | { readonly kind: "used" }
  /** Nothing waits for it. */
  | { readonly kind: "dropped"; readonly promise: ts.Expression }
  /** Each call of a callback makes one, and `forEach` throws them away. */
  | { readonly kind: "for-each"; readonly loop: ts.CallExpression }
  /** Each call of a callback makes one, and the array of them is not waited for. */
  | { readonly kind: "array"; readonly promise: ts.Expression; readonly awaited: boolean }
  /** The promise itself, which is always true, is tested. */
  | { readonly kind: "tested"; readonly promise: ts.Expression }
  /** It is kept in a variable that nobody reads. */
  | { readonly kind: "unread"; readonly promise: ts.Expression; readonly variable: string };

const used: PromiseFate = Object.freeze({ kind: "used" });
const sameOrCombined: ReadonlySet<string> = new Set(["then", "catch", "finally"]);
const combinators: ReadonlySet<string> = new Set(["all", "allSettled", "race", "any"]);
const collectingLoops: ReadonlySet<string> = new Set(["map", "flatMap"]);

/** Follows the value of a call, whose result is a promise, to where it is waited for or lost. */
export function promiseFate(ts: TypeScript, call: ts.Expression, scopes: Scopes): PromiseFate {
  return follow(call, false);

  /** `promise` is what has to be waited for; `start` may be an expression around it. */
  function follow(start: ts.Expression, isArray: boolean, promise = start): PromiseFate {
    const expression = wrapped(ts, start);
    const parent = expression.parent;
    const lost = (): PromiseFate =>
      isArray ? { kind: "array", promise, awaited: false } : { kind: "dropped", promise };
    const tested = (): PromiseFate => (isArray ? used : { kind: "tested", promise });

    if (ts.isExpressionStatement(parent)) return lost();
    if (ts.isAwaitExpression(parent)) {
      return isArray ? { kind: "array", promise, awaited: true } : passedOn(parent);
    }
    if (ts.isReturnStatement(parent)) return isArray ? used : passedOn(parent);
    if (ts.isArrowFunction(parent)) return isArray ? used : result(parent);
    if (ts.isBinaryExpression(parent)) {
      const operator = parent.operatorToken.kind;
      const isLeft = parent.left === expression;
      if (operator === ts.SyntaxKind.CommaToken)
        return isLeft ? lost() : follow(parent, isArray, promise);
      const isLogical =
        operator === ts.SyntaxKind.AmpersandAmpersandToken ||
        operator === ts.SyntaxKind.BarBarToken;
      if (isLogical && isLeft) return tested();
      if (isLogical || operator === ts.SyntaxKind.QuestionQuestionToken) {
        return follow(parent, isArray, promise);
      }
      return used;
    }
    if (ts.isConditionalExpression(parent)) {
      return parent.condition === expression ? tested() : follow(parent, isArray, promise);
    }
    if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
      return parent.expression === expression ? tested() : used;
    }
    if (ts.isPrefixUnaryExpression(parent)) {
      return parent.operator === ts.SyntaxKind.ExclamationToken ? tested() : used;
    }
    if (ts.isPropertyAccessExpression(parent) && !isArray) {
      const outer = parent.parent;
      const isThen = sameOrCombined.has(parent.name.text) && ts.isCallExpression(outer);
      return isThen && outer.expression === parent ? follow(outer, false) : used;
    }
    if (ts.isCallExpression(parent) && parent.expression !== expression) {
      return isCombinator(parent) ? follow(parent, false) : used;
    }
    if (ts.isArrayLiteralExpression(parent) && !isArray) {
      const outer = wrapped(ts, parent).parent;
      return ts.isCallExpression(outer) && isCombinator(outer) ? follow(outer, false) : used;
    }
    if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
      const variable = parent.name;
      return isRead(variable) ? used : { kind: "unread", promise, variable: variable.text };
    }
    return used;
  }

  /** A promise that a function waits for, or returns: what becomes of that function's own? */
  function passedOn(node: ts.Node): PromiseFate {
    const fn = enclosingFunction(ts, node);
    return fn === null || (ts.isAwaitExpression(node) && !isAsync(ts, fn)) ? used : result(fn);
  }

  function result(fn: ts.FunctionLikeDeclaration): PromiseFate {
    if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return used;
    const callback = wrapped(ts, fn);
    const loop = callback.parent;
    if (!ts.isCallExpression(loop) || loop.arguments[0] !== callback) return used;
    if (!ts.isPropertyAccessExpression(loop.expression)) return used;
    const method = loop.expression.name.text;
    if (method === "forEach") return { kind: "for-each", loop };
    return collectingLoops.has(method) ? follow(loop, true) : used;
  }

  function isCombinator(parent: ts.CallExpression): boolean {
    const callee = parent.expression;
    return (
      ts.isPropertyAccessExpression(callee) &&
      combinators.has(callee.name.text) &&
      ts.isIdentifier(callee.expression) &&
      callee.expression.text === "Promise" &&
      scopes.resolve(callee.expression) === null
    );
  }

  /** Whether anything but its declaration mentions the variable. Exported ones are read elsewhere. */
  function isRead(name: ts.Identifier): boolean {
    const scope = enclosingFunction(ts, name);
    if (scope === null) return true;
    const binding: Binding | null = scopes.resolve(name);
    let read = false;
    const visit = (node: ts.Node): void => {
      if (read) return;
      if (ts.isIdentifier(node) && node.text === name.text && node !== name) {
        // A property of the same name is no use of the variable, a shorthand property is one.
        const isProperty = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
        read = !isProperty && scopes.resolve(node)?.name === binding?.name;
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(scope, visit);
    return read;
  }
}

/** Whether `await` may be written where the node stands. */
export function canAwait(ts: TypeScript, node: ts.Node): boolean {
  const fn = enclosingFunction(ts, node);
  return fn !== null && isFunction(ts, fn) && isAsync(ts, fn);
}
