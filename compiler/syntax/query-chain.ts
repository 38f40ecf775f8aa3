import type ts from "typescript";
import type { Capability } from "./capability.js";
import { type FilterCondition, filterConditions } from "./filter-conditions.js";
import { type RangeStep, rangeSteps } from "./index-range.js";
import { type NameArgument, nameArgument } from "./name-argument.js";
import { constInitializer, type Scopes } from "./scope.js";
import { type TypeScript, unwrap } from "./tree.js";

export type Terminal = "collect" | "take" | "first" | "unique" | "paginate" | "count" | "for await";

/** A query as it was built, step by step, up to one expression. */
export interface QueryChain {
  /** The expression that the steps lead to. */
  readonly node: ts.Expression;
  readonly database: Capability;
  /** The call `db.query(…)`. */
  readonly start: ts.CallExpression;
  readonly table: NameArgument;
  readonly index: IndexUse | null;
  readonly orders: readonly OrderUse[];
  readonly filters: readonly FilterUse[];
  readonly terminal: TerminalUse | null;
}

export interface IndexUse {
  readonly call: ts.CallExpression;
  readonly index: NameArgument;
  readonly callback: ts.Expression | null;
  /** Empty without a callback; `null` where the callback cannot be followed. */
  readonly steps: readonly RangeStep[] | null;
}

export interface OrderUse {
  readonly call: ts.CallExpression;
  readonly direction: string | null;
  readonly field: NameArgument | null;
}

export interface FilterUse {
  readonly call: ts.CallExpression;
  readonly conditions: readonly FilterCondition[];
}

export interface TerminalUse {
  readonly name: Terminal;
  /** The method's name, or the expression after `of`. */
  readonly place: ts.Node;
  /** A `for await` that leaves its loop early. */
  readonly leavesEarly: boolean;
}

const terminals: ReadonlySet<string> = new Set<Terminal>([
  "collect",
  "take",
  "first",
  "unique",
  "paginate",
  "count",
]);
const steps: ReadonlySet<string> = new Set(["withIndex", "order", "filter"]);

/** Whether a method of this name can be part of a chain. */
export function isChainMethod(name: string): boolean {
  return name === "query" || steps.has(name) || terminals.has(name);
}

export interface ChainReader {
  /** The query that the expression is, followed through constants. */
  chainOf(expression: ts.Expression): QueryChain | null;
  /** Whether a longer chain goes on from the expression. */
  isContinued(chain: QueryChain): boolean;
}

export function chainReader(
  ts: TypeScript,
  scopes: Scopes,
  capabilityOf: (expression: ts.Expression) => Capability | null,
): ChainReader {
  const known = new Map<ts.Node, QueryChain | null>();
  const continued = new Set<ts.Node>();

  const chainOf = (expression: ts.Expression): QueryChain | null => {
    const node = unwrap(ts, expression);
    const before = known.get(node);
    if (before !== undefined) return before;
    // A constant that is made from itself ends here.
    known.set(node, null);
    const chain = read(node);
    known.set(node, chain);
    return chain;
  };

  const read = (node: ts.Expression): QueryChain | null => {
    if (ts.isIdentifier(node)) {
      const initializer = constInitializer(ts, scopes.resolve(node));
      const chain = initializer === null ? null : chainOf(initializer);
      // The result of a terminal call is no query any more.
      return chain?.terminal === null ? chain : null;
    }
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
    const { name: method, expression: receiver } = node.expression;
    if (method.text === "query") return start(node, receiver);
    if (!isChainMethod(method.text)) return null;
    const base = chainOf(receiver);
    if (base === null || base.terminal !== null) return null;
    continued.add(unwrap(ts, receiver));
    return extend(base, node, method);
  };

  const start = (call: ts.CallExpression, receiver: ts.Expression): QueryChain | null => {
    const database = capabilityOf(receiver);
    const [table] = call.arguments;
    if (database?.role !== "db" || table === undefined) return null;
    return Object.freeze({
      node: call,
      database,
      start: call,
      table: nameArgument(ts, table, scopes),
      index: null,
      orders: [],
      filters: [],
      terminal: null,
    });
  };

  const extend = (
    base: QueryChain,
    call: ts.CallExpression,
    method: ts.MemberName,
  ): QueryChain | null => {
    const [first, second] = call.arguments;
    switch (method.text) {
      case "withIndex": {
        if (first === undefined) return null;
        const index = {
          call,
          index: nameArgument(ts, first, scopes),
          callback: second ?? null,
          steps: second === undefined ? [] : rangeSteps(ts, second, scopes),
        };
        return Object.freeze({ ...base, node: call, index });
      }
      case "order": {
        const order = {
          call,
          direction: first === undefined ? null : nameArgument(ts, first, scopes).name,
          field: second === undefined ? null : nameArgument(ts, second, scopes),
        };
        return Object.freeze({ ...base, node: call, orders: [...base.orders, order] });
      }
      case "filter": {
        const conditions = first === undefined ? [] : filterConditions(ts, first, scopes);
        return Object.freeze({
          ...base,
          node: call,
          filters: [...base.filters, { call, conditions }],
        });
      }
      default: {
        const terminal = {
          name: method.text as Terminal,
          place: method,
          leavesEarly: false,
        };
        return Object.freeze({ ...base, node: call, terminal });
      }
    }
  };

  return { chainOf, isContinued: (chain) => continued.has(chain.node) };
}
