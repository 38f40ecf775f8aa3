import path from "node:path";
import type ts from "typescript";
import { fileReferences } from "./references.js";

/** A package that is a folder beside the project, linked into `node_modules`: one of a monorepo. */
export interface LinkedPackage {
  /** Its absolute path, free of symbolic links. */
  readonly folder: string;
  /** What is imported from it and not there. */
  readonly missing: readonly MissingModule[];
}

export interface MissingModule {
  readonly specifier: string;
  readonly file: string;
}

/** The linked packages that the own sources of some programs import. */
export function linkedPackages(options: {
  readonly ts: typeof ts;
  readonly system: ts.System;
  readonly programs: readonly ts.Program[];
  /** Paths of the sources. */
  readonly files: readonly string[];
}): readonly LinkedPackage[] {
  const { ts: typescript, system, programs, files } = options;
  const folders = new Map<string, string | null>();
  const found = new Map<string, MissingModule[]>();
  for (const program of programs) {
    for (const file of files) {
      const source = program.getSourceFile(file);
      for (const specifier of source ? fileReferences(typescript, source).specifiers : []) {
        const name = packageName.exec(specifier.text)?.[0];
        if (name === undefined) continue;
        const key = `${path.posix.dirname(file)}\0${name}`;
        if (!folders.has(key)) folders.set(key, folderOf(system, file, name));
        const folder = folders.get(key) ?? null;
        if (folder === null) continue;
        const missing = found.get(folder) ?? [];
        found.set(folder, missing);
        if (program.getTypeChecker().getSymbolAtLocation(specifier)) continue;
        missing.push({ specifier: specifier.text, file });
      }
    }
  }
  return [...found].map(([folder, missing]) => ({ folder, missing }));
}

/** `name` or `@scope/name`: neither a path, nor an alias of a package's own. */
const packageName = /^(?:@[^/]+\/)?[^./#@][^/]*/;

/** `null` of one that is not there, or is no folder of the monorepo. */
function folderOf(system: ts.System, file: string, name: string): string | null {
  for (let at = path.posix.dirname(file); ; at = path.posix.dirname(at)) {
    const place = path.posix.join(at, "node_modules", name);
    if (system.directoryExists(place)) {
      const folder = (system.realpath?.(place) ?? place).replaceAll("\\", "/");
      return folder.includes("/node_modules/") ? null : folder;
    }
    if (path.posix.dirname(at) === at) return null;
  }
}
