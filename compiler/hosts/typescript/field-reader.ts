import type ts from "typescript";
import type { RefFacts } from "../../model/facts.js";
import type { Follower } from "./follow.js";

/** What only the syntax of a field says, and its type does not. */
export interface FieldSyntax {
  /** `z.int()` or `.int()`. */
  readonly integer: boolean;
  /** The call of `defineRef` behind the field; `null` where there is none to be seen. */
  readonly refCall: ts.CallExpression | null;
  /** The first thing in it that changes a value on its way into the database. */
  readonly transform: string | null;
  /** What the expression begins with: `string` of `z.string().min(1)`; `null` where it is unseen. */
  readonly root: string | null;
}

const noSyntax: FieldSyntax = { integer: false, refCall: null, transform: null, root: null };
const integers = new Set(["int", "int32", "uint32"]);
const transforms = new Set(["transform", "pipe", "preprocess", "codec", "stringbool"]);
/** `z.optional(inner)` and its like say the same as `inner.optional()`. */
const wrappers = new Set([
  "optional",
  "nullable",
  "nullish",
  "nonoptional",
  "readonly",
  "_default",
]);

/** Reads the expression that a field of a shape was given. */
export function readFieldSyntax(
  typescript: typeof ts,
  follower: Follower,
  expression: ts.Expression | undefined,
  depth = 0,
): FieldSyntax {
  if (!expression || depth > 20) return noSyntax;
  const resolved = follower.resolve(expression);
  if (!typescript.isCallExpression(resolved)) return noSyntax;
  const inner = (next: ts.Expression | undefined) =>
    readFieldSyntax(typescript, follower, next, depth + 1);

  const callee = follower.unwrap(resolved.expression);
  if (typescript.isPropertyAccessExpression(callee)) {
    const method = callee.name.text;
    const receiver = follower.resolve(callee.expression);
    const below = typescript.isCallExpression(receiver)
      ? inner(receiver)
      : wrappers.has(method)
        ? inner(resolved.arguments[0])
        : calledFunction(follower, callee, inner);
    return {
      integer: below.integer || integers.has(method),
      refCall: below.refCall,
      transform: below.transform ?? (transforms.has(method) ? `${method}()` : null),
      root: below === noSyntax ? method : below.root,
    };
  }
  if (follower.symbolOf(callee)?.name === "defineRef") {
    return { integer: false, refCall: resolved, transform: null, root: "defineRef" };
  }
  return calledFunction(follower, callee, inner);
}

function calledFunction(
  follower: Follower,
  callee: ts.Expression,
  inner: (expression: ts.Expression | undefined) => FieldSyntax,
): FieldSyntax {
  const returned = follower.returnedBy(callee);
  return returned ? inner(returned) : noSyntax;
}

const onDeletes = ["restrict", "cascade", "set null"] as const;

/** What `defineRef(table, { onDelete })` asks for; `null` where that cannot be read. */
export function readOnDelete(
  typescript: typeof ts,
  follower: Follower,
  call: ts.CallExpression,
): RefFacts["onDelete"] | null {
  const [, argument] = call.arguments;
  if (!argument) return "restrict";
  const options = follower.resolve(argument);
  if (!typescript.isObjectLiteralExpression(options)) return null;
  let onDelete: RefFacts["onDelete"] = "restrict";
  for (const property of options.properties) {
    if (!typescript.isPropertyAssignment(property)) return null;
    if (!typescript.isIdentifier(property.name) || property.name.text !== "onDelete") continue;
    const text = follower.stringOf(follower.resolve(property.initializer));
    const found = onDeletes.find((value) => value === text);
    if (!found) return null;
    onDelete = found;
  }
  return onDelete;
}
