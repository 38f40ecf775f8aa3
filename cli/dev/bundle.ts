import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type BuildResult, build } from "esbuild";

/** Puts the modules of a project into one, which Node loads in a fraction of the time. */
export interface Bundler extends AsyncDisposable {
  /**
   * Bundles the project as it is on disk now. It is under way when this returns, in another process:
   * whatever keeps this one busy keeps nobody waiting.
   *
   * @param generated the folder with `functions.ts`.
   * @returns the folder with `functions.js`; `null` where the modules must be loaded one by one, which
   *   gives the same and says better what is wrong.
   */
  bundle(generated: string): Promise<string | null>;
}

/**
 * What depends on the file that it is in, or is not known before it runs. In a bundle it would mean
 * something else.
 */
const ofItsFile =
  /\bimport\.meta\b|\b__(?:dirname|filename|require)\b|\brequire\.\w|\bimport\s*\(\s*[^"'\s]/;

/** What CommonJS calls by nature, and ES modules do not. */
const requireCall = /\brequire\s*\(/;

/** Bundles that processes may still read the source maps of. */
const KEPT = 3;

export function createBundler(): Bundler {
  const written: string[] = [];
  let versions = 0;

  const drop = async (count: number): Promise<void> => {
    const options = { recursive: true, force: true };
    await Promise.all(written.splice(0, count).map((folder) => rm(folder, options)));
  };

  return {
    async bundle(generated) {
      const sources = realpathSync(generated);
      const base = folderAbove(sources, "node_modules");
      const project = folderAbove(sources, "package.json");
      if (base === null) return null;
      const format = isModule(project) ? "esm" : "cjs";
      // As a folder of the project's own packages, it finds the same packages.
      const name = `dev-${process.pid}-${(versions += 1)}`;
      const folder = path.join(base, "node_modules/.cache/convoy", name);
      const result = await bundleOf(path.join(sources, "functions.ts"), folder, format);
      if (result === null || !isSelfContained(result, base, project)) return null;
      written.push(folder);
      await mkdir(folder, { recursive: true });
      const type = format === "esm" ? "module" : "commonjs";
      await Promise.all([
        writeFile(path.join(folder, "package.json"), JSON.stringify({ type })),
        ...result.outputFiles.map(({ path: file, contents }) => writeFile(file, contents)),
      ]);
      await drop(written.length - KEPT);
      return folder;
    },
    async [Symbol.asyncDispose]() {
      await drop(written.length);
    },
  };
}

type Built = BuildResult<{ metafile: true; write: false }>;

async function bundleOf(
  entry: string,
  folder: string,
  format: "esm" | "cjs",
): Promise<Built | null> {
  try {
    const result = await build({
      entryPoints: [entry],
      outfile: path.join(folder, "functions.js"),
      bundle: true,
      packages: "external",
      format,
      platform: "node",
      target: `node${process.versions.node}`,
      keepNames: true,
      sourcemap: "linked",
      sourcesContent: false,
      legalComments: "none",
      logLevel: "silent",
      metafile: true,
      write: false,
    });
    // It warns of what would be something else in a bundle.
    return result.warnings.length === 0 ? result : null;
  } catch {
    // The modules have an error, and whoever loads them says which.
    return null;
  }
}

function isSelfContained(
  { outputFiles, metafile }: Built,
  base: string,
  project: string | null,
): boolean {
  const code = outputFiles.find(({ path: file }) => file.endsWith(".js"))?.text ?? "";
  if (ofItsFile.test(code) || (isModule(project) && requireCall.test(code))) return false;
  // A file of another package may mean other packages by the same names.
  const folders = new Set(
    Object.keys(metafile.inputs).map((file) => path.dirname(path.resolve(file))),
  );
  return [...folders].every(
    (folder) =>
      folder.startsWith(base + path.sep) &&
      !folder.slice(base.length).includes("node_modules") &&
      folderAbove(folder, "package.json") === project,
  );
}

/** Whether Node takes the modules of a package for ES modules. */
function isModule(folder: string | null): boolean {
  if (folder === null) return false;
  const text = readFileSync(path.join(folder, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly type?: unknown }).type === "module";
}

/** The nearest folder, this one or one above, that has an entry of that name. */
function folderAbove(folder: string, entry: string): string | null {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, entry))) return at;
    if (path.dirname(at) === at) return null;
  }
}
