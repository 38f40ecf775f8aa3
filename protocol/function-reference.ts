/** What a function may do: read in a snapshot, write in a transaction, or anything at all. */
export type FunctionKind = "query" | "mutation" | "action";

/** Whether a client can reach a function, or only other functions. */
export type FunctionVisibility = "public" | "internal";

/**
 * A typed name of a function: what `api.projects.listProjects` is. At run time it holds only the
 * function's name; the members that start with `~` exist in types alone.
 */
export interface FunctionReference<
  Kind extends FunctionKind = FunctionKind,
  Visibility extends FunctionVisibility = FunctionVisibility,
  // oxlint-disable-next-line typescript/no-explicit-any -- a reference to any function must be assignable here
  Args = any,
  // oxlint-disable-next-line typescript/no-explicit-any -- the same
  Result = any,
> {
  readonly "~kind": Kind;
  readonly "~visibility": Visibility;
  readonly "~args": Args;
  readonly "~result": Result;
}

/** The arguments that the function behind `Reference` takes. */
export type ArgsOf<Reference extends FunctionReference> = Reference["~args"];

/** What the function behind `Reference` returns, without the promise. */
export type ResultOf<Reference extends FunctionReference> = Reference["~result"];

/**
 * The rest parameter of a call: the arguments may be left out where the function needs none.
 */
export type ArgsTuple<Reference extends FunctionReference> = {} extends Reference["~args"]
  ? [args?: Reference["~args"]]
  : [args: Reference["~args"]];

/** The property under which a reference made by {@link createApi} keeps its function's name. */
const functionName: unique symbol = Symbol.for("convoy.functionName");

/**
 * The name of the function that `reference` stands for: the path of its module, a dot, and its
 * export, as in `admin/users.list`.
 *
 * @throws {TypeError} when the value is no reference to a function.
 */
export function getFunctionName(reference: FunctionReference): string {
  const name = (reference as unknown as { readonly [functionName]?: string })[functionName];
  if (typeof name !== "string" || !name.includes(".")) {
    throw new TypeError("Not a reference to a function. Write api.<module>.<function>.");
  }
  return name;
}

/**
 * The value behind the generated `api` and `internal`: any path of properties is a reference, so
 * the value has the same small size whatever number of functions a project has.
 */
export function createApi<Api>(): Api {
  return pathProxy([]) as Api;
}

function pathProxy(path: readonly string[]): object {
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (key === functionName) return nameOf(path);
      return typeof key === "string" ? pathProxy([...path, key]) : undefined;
    },
  });
}

function nameOf(path: readonly string[]): string {
  return `${path.slice(0, -1).join("/")}.${path.at(-1)}`;
}
