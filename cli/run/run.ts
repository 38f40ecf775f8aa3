import path from "node:path";
import { projectLayout } from "../../compiler/project/layout.js";
import { ConvoyError } from "../../protocol/errors.js";
import type { FunctionKind } from "../../protocol/function-reference.js";
import { functionPath, JSON_TYPE, type ProblemBody, type ValueBody } from "../../protocol/http.js";
import type { Environment } from "../environment.js";
import { readManifest } from "../read-manifest.js";

export interface RunOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly name: string;
  /** A JSON object. */
  readonly args: string;
  readonly root: string;
  readonly environment: Environment;
}

export type RunOutcome =
  /** In wire form. */
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * Calls a function of a running server.
 *
 * @throws {ConvoyError} where there is no such function, the arguments are no JSON, or no server
 *   answers.
 */
export async function runFunction(options: RunOptions): Promise<RunOutcome> {
  const { url, name, args, root, environment } = options;
  const kind = await kindOf(name, root, environment);
  parseArguments(args);
  let answer: Response;
  try {
    answer = await fetch(url + functionPath(kind, name), {
      method: "POST",
      headers: { "content-type": JSON_TYPE },
      body: args,
    });
  } catch (cause) {
    throw new ConvoyError(
      "server-unreachable",
      `No server answers at ${url}. Start one with \`convoy dev\`, or name another with --url.`,
      { cause },
    );
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return { kind: "returned", value: (body as ValueBody).value };
  const { code, detail } = (body ?? {}) as Partial<ProblemBody>;
  return {
    kind: "failed",
    code: code ?? "bad-response",
    message: detail ?? `The server answered ${answer.status}.`,
  };
}

/** @throws {ConvoyError} `invalid-arguments`. */
export function parseArguments(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch (cause) {
    throw new ConvoyError(
      "invalid-arguments",
      `The arguments are no JSON (${(cause as Error).message}). Write an object: '{ "name": "value" }'.`,
      { cause },
    );
  }
}

/** What the function is, from the manifest: the server wants to be asked the right way. */
export async function kindOf(
  name: string,
  root: string,
  { cwd }: Environment,
): Promise<FunctionKind> {
  const manifest = await readManifest(projectLayout(path.resolve(cwd, root)));
  const found = manifest.functions.find((entry) => entry.path === name);
  if (found?.visibility === "public") return found.kind;
  const callable = manifest.functions.filter(({ visibility }) => visibility === "public");
  const names = callable.map((entry) => entry.path).join(", ");
  const what =
    found === undefined
      ? `There is no function "${name}".`
      : `"${name}" is internal: only other functions can call it.`;
  throw new ConvoyError(
    "function-not-found",
    `${what} Name one that can be called from here (${names}).`,
  );
}
