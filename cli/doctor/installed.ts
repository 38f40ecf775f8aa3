import { readFile } from "node:fs/promises";
import path from "node:path";

/** What of a project's packages concerns Convoy: their versions, `null` where one is not there. */
export interface InstalledPackages {
  readonly convoy: string | null;
  readonly typescript: string | null;
  readonly tsPatch: string | null;
  readonly zod: string | null;
  readonly drizzle: string | null;
}

export async function readInstalled(root: string): Promise<InstalledPackages> {
  const [convoy, typescript, tsPatch, zod, drizzle] = await Promise.all(
    ["convoy", "typescript", "ts-patch", "zod", "drizzle-orm"].map((name) =>
      installedVersion(root, name),
    ),
  );
  return {
    convoy: convoy ?? null,
    typescript: typescript ?? null,
    tsPatch: tsPatch ?? null,
    zod: zod ?? null,
    drizzle: drizzle ?? null,
  };
}

/**
 * The version that an import in `root` would find. Its package.json is read where it lies, as not
 * every package lets others resolve it.
 */
async function installedVersion(root: string, name: string): Promise<string | null> {
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    try {
      const file = path.join(folder, "node_modules", name, "package.json");
      const { version } = JSON.parse(await readFile(file, "utf8")) as { readonly version?: string };
      if (version !== undefined) return version;
    } catch {
      // Not here; or not readable, which an import would fail at as well.
    }
    if (folder === path.dirname(folder)) return null;
  }
}
