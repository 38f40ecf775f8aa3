import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
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
    await mkdir(path.dirname(target), { recursive: true });
    try {
      await writeFile(target, text, { flag: "wx" });
      yield { kind: "written", file };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
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
  const manifest = JSON.parse(await readIfThere(file)) as Readonly<
    Record<string, object | undefined>
  >;
  const sections = ["dependencies", "devDependencies", "peerDependencies"];
  return new Set(sections.flatMap((section) => Object.keys(manifest[section] ?? {})));
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "{}";
    throw error;
  }
}
