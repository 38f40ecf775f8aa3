import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";

const repository = path.join(import.meta.dirname, "..", "..");

/**
 * Makes this package and others of its dependencies resolvable in a project outside the
 * repository, as an installation would.
 */
export function linkPackages(dir: string, others: readonly string[] = ["zod"]): void {
  const modules = path.join(dir, "node_modules");
  mkdirSync(modules, { recursive: true });
  for (const name of ["convoy", ...others]) {
    const target = name === "convoy" ? repository : path.join(repository, "node_modules", name);
    const link = path.join(modules, name);
    rmSync(link, { force: true });
    symlinkSync(target, link, "junction");
  }
}
