import { stat } from "node:fs/promises";
import path from "node:path";
import { ConvoyError } from "../../protocol/errors.js";

/** Where a compiled project is. */
export interface Build {
  /** The folder with `functions.js`. */
  readonly generated: string;
  readonly manifestFile: string;
}

/** Where tsc puts the folder `_generated`, as `outDir` and `rootDir` are mostly set. */
const outputs = ["dist", "build", "out", "lib"];
const places: readonly (readonly string[])[] = [
  [],
  ["_generated"],
  ["convoy", "_generated"],
  ...outputs.flatMap((output) => [
    [output, "convoy", "_generated"],
    [output, "_generated"],
  ]),
];

/** Folders above `functions.js` in which `convoy/_generated/manifest.json` is looked for. */
const MAX_ABOVE = 6;

/**
 * Finds the build of a project in its folder, or the build in its own.
 *
 * @throws {ConvoyError} `build-not-found`, `build-is-typescript`, `manifest-not-found`.
 */
export async function findBuild(dir: string): Promise<Build> {
  for (const place of places) {
    const generated = path.join(dir, ...place);
    if (!(await isFile(path.join(generated, "functions.js")))) continue;
    return { generated, manifestFile: await findManifest(generated) };
  }
  throw (await hasSources(dir)) ? onlySources(dir) : notFound(dir);
}

/** tsc copies no JSON: where nobody else has, the manifest is where it was generated. */
async function findManifest(generated: string): Promise<string> {
  const beside = path.join(generated, "manifest.json");
  if (await isFile(beside)) return beside;
  let folder = generated;
  for (let above = 0; above < MAX_ABOVE; above += 1) {
    folder = path.dirname(folder);
    const file = path.join(folder, "convoy", "_generated", "manifest.json");
    if (await isFile(file)) return file;
  }
  throw new ConvoyError(
    "manifest-not-found",
    `There is no manifest.json for ${path.join(generated, "functions.js")}: neither beside it, nor in convoy/_generated of a folder above. Copy convoy/_generated/manifest.json to ${generated}.`,
  );
}

async function hasSources(dir: string): Promise<boolean> {
  const found = await Promise.all(
    places.map((place) => isFile(path.join(dir, ...place, "functions.ts"))),
  );
  return found.includes(true);
}

function onlySources(dir: string): ConvoyError {
  return new ConvoyError(
    "build-is-typescript",
    `${dir} has the sources of a project, but no build of it. Compile it with \`npx tsc --outDir dist --rootDir . --noEmit false\` first, or tspc; to work on it, run \`convoy dev\`.`,
  );
}

function notFound(dir: string): ConvoyError {
  const looked = places.filter(({ length }) => length > 0).map((place) => place.join("/"));
  return new ConvoyError(
    "build-not-found",
    `There is no built project in ${dir}: no functions.js in ${looked.join(", ")}. Build it, or name its folder: convoy-serve <dir>.`,
  );
}

async function isFile(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => null);
  return stats?.isFile() ?? false;
}
