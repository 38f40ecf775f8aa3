import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { ConvoyError } from "../../../protocol/errors.js";
import type { FunctionRegistry } from "../../functions/run/registry.js";
import type { SchemaDefinition } from "../../schema/schema.js";
import type { ProjectCode } from "../backend.js";

/** What `_generated/functions.js` exports. */
interface FunctionsModule {
  readonly functions?: FunctionRegistry;
  readonly schema?: SchemaDefinition;
}

/** The version of `manifest.json` that this version of Convoy reads. */
const MANIFEST_VERSION = 1;

/**
 * Loads a compiled project, and with it all of its modules.
 *
 * @param generated the folder with `functions.js`.
 * @param manifestFile default: `manifest.json` beside it.
 * @throws {ConvoyError} `project-load-failed` where a module throws, with the error as its cause;
 *   `manifest-unreadable`, `build-out-of-date`.
 */
export async function loadProject(
  generated: string,
  manifestFile: string = path.join(generated, "manifest.json"),
): Promise<ProjectCode> {
  const manifest = await readManifest(manifestFile);
  const file = path.join(generated, "functions.js");
  const { functions, schema } = await loadFunctions(file);
  if (functions === undefined || schema === undefined) {
    throw new ConvoyError(
      "project-load-failed",
      `${file} exports no functions and schema. Run \`convoy codegen\`, and build again.`,
    );
  }
  checkSameBuild(manifest, functions, file);
  return { manifest, functions, schema };
}

async function loadFunctions(file: string): Promise<FunctionsModule> {
  let module: FunctionsModule & { readonly default?: FunctionsModule };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new ConvoyError(
      "project-load-failed",
      `The functions of the project cannot be loaded from ${file}: ${reason}`,
      { cause },
    );
  }
  // Of CommonJS, Node may see the exports only as a whole.
  return module.functions === undefined ? (module.default ?? module) : module;
}

async function readManifest(file: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(file, "utf8")) as Manifest;
  } catch (cause) {
    throw new ConvoyError(
      "manifest-unreadable",
      `${file} cannot be read. Run \`convoy codegen\`, and copy it along with the build.`,
      { cause },
    );
  }
  if (manifest.version === MANIFEST_VERSION) return manifest;
  throw new ConvoyError(
    "manifest-unreadable",
    `${file} was written by another version of Convoy. Run \`convoy codegen\` with this one, and build again.`,
  );
}

/** A manifest of today with functions of yesterday would fail in places that say nothing of why. */
function checkSameBuild(manifest: Manifest, functions: FunctionRegistry, file: string): void {
  const listed = new Set(manifest.functions.map((entry) => entry.path));
  const odd =
    [...listed].find((name) => !Object.hasOwn(functions, name)) ??
    Object.keys(functions).find((name) => !listed.has(name));
  if (odd === undefined) return;
  throw new ConvoyError(
    "build-out-of-date",
    `${file} and manifest.json are not of the same build: only one has the function "${odd}". Run \`convoy codegen\`, and build again.`,
  );
}
