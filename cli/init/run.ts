import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeFailure } from "../failure.js";
import { projectFiles } from "./files.js";

/** What `convoy init` did. */
export type InitEvent =
  | { readonly kind: "written"; readonly file: string }
  /** It was there, and is left as it is. */
  | { readonly kind: "kept"; readonly file: string }
  /** A package that the project does not name yet. */
  | { readonly kind: "missing package"; readonly name: string };

const packages = ["convoy", "zod"];

/** Writes what a project lacks, and nothing over what is there. */
export async function* runInit(root: string): AsyncGenerator<InitEvent, void, void> {
  for (const [file, text] of Object.entries(projectFiles)) {
    const target = path.join(root, file);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text, { flag: "wx" });
      yield { kind: "written", file };
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code !== "EEXIST" || syscall !== "open") throw writeFailure(error, target);
      yield { kind: "kept", file };
    }
  }
  const known = await packagesOf(root);
  for (const name of packages) {
    if (!known.has(name)) yield { kind: "missing package", name };
  }
}

async function packagesOf(root: string): Promise<ReadonlySet<string>> {
  const file = path.join(root, "package.json");
  const manifest = parse(await readIfThere(file));
  const sections = ["dependencies", "devDependencies", "peerDependencies"];
  return new Set(sections.flatMap((section) => Object.keys(manifest[section] ?? {})));
}

type PackageManifest = Readonly<Record<string, object | undefined>>;

/** What is wrong with it is for npm to say. */
function parse(text: string): PackageManifest {
  try {
    return (JSON.parse(text.replace(/^\ufeff/, "")) as PackageManifest | null) ?? {};
  } catch {
    return {};
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "{}";
    throw error;
  }
}
