import type ts from "typescript";
import type { Capability } from "./capability.js";
import { isLiteralName, type NameArgument, nameArgument } from "./name-argument.js";
import type { Scopes } from "./scope.js";
import type { TypeScript } from "./tree.js";

export type OperationMethod =
  | "get"
  | "getMany"
  | "insert"
  | "insertMany"
  | "patch"
  | "replace"
  | "delete";

/** A call that reads or writes single documents: `db.patch("projects", id, { name })`. */
export interface DatabaseOperation {
  readonly call: ts.CallExpression;
  readonly method: OperationMethod;
  /** The method's name in the call. */
  readonly methodName: ts.MemberName;
  readonly database: Capability;
  /** The leading table, where the call gives one. */
  readonly table: NameArgument | null;
  /** The id, or the list of ids for `getMany`. */
  readonly id: ts.Expression | null;
  /** The document, the list of documents, or the fields of a patch. */
  readonly document: ts.Expression | null;
}

/** How many arguments each method takes after the table. */
const arity: Readonly<Record<OperationMethod, number>> = {
  get: 1,
  getMany: 1,
  insert: 1,
  insertMany: 1,
  patch: 2,
  replace: 2,
  delete: 1,
};

export function isOperationMethod(name: string): name is OperationMethod {
  return Object.hasOwn(arity, name);
}

export function isWrite(method: OperationMethod): boolean {
  return method !== "get" && method !== "getMany";
}

export function operationOf(
  ts: TypeScript,
  call: ts.CallExpression,
  method: OperationMethod,
  methodName: ts.MemberName,
  database: Capability,
  scopes: Scopes,
): DatabaseOperation {
  const [first] = call.arguments;
  const inserts = method === "insert" || method === "insertMany";
  const hasTable =
    first !== undefined &&
    (inserts || call.arguments.length > arity[method] || isLiteralName(ts, first));
  const rest = hasTable ? call.arguments.slice(1) : [...call.arguments];
  return Object.freeze({
    call,
    method,
    methodName,
    database,
    table: hasTable ? nameArgument(ts, first, scopes) : null,
    id: inserts ? null : (rest[0] ?? null),
    document: inserts ? (rest[0] ?? null) : (rest[1] ?? null),
  });
}
