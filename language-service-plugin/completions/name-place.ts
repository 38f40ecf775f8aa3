import type ts from "typescript";
import { fileSyntax } from "../../compiler/syntax/file-syntax.js";
import type { QueryChain } from "../../compiler/syntax/query-chain.js";
import { callbackResult, unwrap } from "../../compiler/syntax/tree.js";

/** What a literal stands for, by where it is written. */
export type NamePlace =
  | { readonly kind: "table" }
  | { readonly kind: "index"; readonly table: string }
  | {
      readonly kind: "range field";
      readonly table: string;
      readonly index: string;
      /** The fields with an equality before it, in their order. */
      readonly fixed: readonly string[];
      /** The field that has a bound already. */
      readonly bounded: string | null;
      readonly isEquality: boolean;
    }
  | { readonly kind: "field"; readonly table: string };

/** `null` for a literal that is no name of ours. */
export function namePlace(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  literal: ts.StringLiteralLike,
): NamePlace | null {
  const { queries, operations, refs } = fileSyntax(typescript, sourceFile);
  const isTable =
    queries.some(({ table }) => table.literal === literal) ||
    operations.some(({ table }) => table?.literal === literal) ||
    refs.some(({ table }) => table.literal === literal);
  if (isTable) return { kind: "table" };
  for (const query of queries) {
    const place = placeInQuery(typescript, query, literal);
    if (place !== null) return place;
  }
  return null;
}

function placeInQuery(
  typescript: typeof ts,
  { table: { name: table }, index, orders, filters }: QueryChain,
  literal: ts.StringLiteralLike,
): NamePlace | null {
  if (table === null) return null;
  if (index?.index.literal === literal) return { kind: "index", table };
  if (orders.some(({ field }) => field?.literal === literal)) return { kind: "field", table };
  if (index?.callback && index.index.name !== null && contains(index.callback, literal)) {
    return rangePlace(typescript, table, index.index.name, index.callback, literal);
  }
  const isFilterField =
    filters.some(({ call }) => contains(call, literal)) &&
    methodGiven(typescript, literal) === "field";
  return isFilterField ? { kind: "field", table } : null;
}

const equality = "eq";
const bounds: ReadonlySet<string> = new Set(["gt", "gte", "lt", "lte"]);

/** Reads the steps before the literal only: what comes after it may not be written yet. */
function rangePlace(
  typescript: typeof ts,
  table: string,
  index: string,
  callback: ts.Expression,
  literal: ts.StringLiteralLike,
): NamePlace | null {
  const method = methodGiven(typescript, literal);
  if (method === null || (method !== equality && !bounds.has(method))) return null;
  const fixed: string[] = [];
  let bounded: string | null = null;
  const call = literal.parent as ts.CallExpression;
  let at = receiverOf(typescript, call);
  for (; at !== null && typescript.isCallExpression(at); at = receiverOf(typescript, at)) {
    const [field] = at.arguments;
    if (field === undefined || !typescript.isStringLiteralLike(field)) continue;
    const isFixed = (at.expression as ts.PropertyAccessExpression).name.text === equality;
    if (isFixed) fixed.unshift(field.text);
    else bounded = field.text;
  }
  const parameter = callbackResult(typescript, callback)?.parameter;
  if (at === null || !typescript.isIdentifier(at)) return null;
  if (parameter !== undefined && at.text !== parameter) return null;
  return { kind: "range field", table, index, fixed, bounded, isEquality: method === equality };
}

/** What the method of a call is called on: `q.eq("a", 1)` of `q.eq("a", 1).gt("b", 2)`. */
function receiverOf(
  typescript: typeof ts,
  { expression }: ts.CallExpression,
): ts.Expression | null {
  return typescript.isPropertyAccessExpression(expression)
    ? unwrap(typescript, expression.expression)
    : null;
}

/** The method that is called with the literal first: `q.field("name")`. */
function methodGiven(typescript: typeof ts, literal: ts.StringLiteralLike): string | null {
  const call = literal.parent;
  if (!typescript.isCallExpression(call) || call.arguments[0] !== literal) return null;
  return typescript.isPropertyAccessExpression(call.expression) ? call.expression.name.text : null;
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end;
}
