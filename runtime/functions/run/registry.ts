import { ConvoyError } from "../../../protocol/errors.js";
import type { FunctionKind } from "../../../protocol/function-reference.js";
import type { RegisteredFunction } from "../registered-function.js";

/** The functions of a project by their names: what `_generated/functions.ts` exports. */
export type FunctionRegistry = Readonly<Record<string, RegisteredFunction>>;

/**
 * The function that a call names.
 *
 * @throws {ConvoyError} `function-not-found`, with the same words for what there is not and for what
 *   the caller may not reach; `wrong-function-kind`.
 */
export function findFunction(
  registry: FunctionRegistry,
  name: string,
  { kind, internal }: { readonly kind: FunctionKind; readonly internal: boolean },
): RegisteredFunction {
  const found = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (found === undefined || (found.visibility === "internal" && !internal)) {
    throw new ConvoyError(
      "function-not-found",
      `There is no function "${name.slice(0, 200)}" that can be called from here. Check its name, and that the server runs the code that has it.`,
      { status: 404 },
    );
  }
  if (found.kind !== kind) {
    throw new ConvoyError(
      "wrong-function-kind",
      `"${name}" is ${article(found.kind)}, and was called as ${article(kind)}. Call it as what it is.`,
      { status: 400 },
    );
  }
  return found;
}

function article(kind: FunctionKind): string {
  return kind === "action" ? "an action" : `a ${kind}`;
}
