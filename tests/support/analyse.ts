import path from "node:path";
import type ts from "typescript";
import {
  type Analysis,
  createSession,
  loadTypeScript,
  type Session,
} from "../../compiler/index.js";
import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";

/** The folder of a fixture of this repository. */
export function fixtureRoot(name: string): string {
  return path.join(import.meta.dirname, "..", "..", "fixtures", name).replaceAll("\\", "/");
}

/** Parsing zod and the like once is enough for all tests of a file. */
const libraryFiles = new Map<string, ts.SourceFile>();

/** Opens the project in `root`. */
export function openSession(root: string, typescript: typeof ts = loadTypeScript()): Session {
  return createSession({ ts: typescript, root, libraryFiles });
}

/** Analyses the project in `root` once. */
export function analyse(root: string, typescript: typeof ts = loadTypeScript()): Analysis {
  return openSession(root, typescript).analyse();
}

/** Generated text by file name. */
export function generatedFiles(analysis: Analysis): Readonly<Record<string, string>> {
  if (!analysis.files) {
    throw new Error(`Nothing was generated:\n${briefly(analysis.diagnostics).join("\n")}`);
  }
  return Object.fromEntries(
    [...analysis.files].map(([file, text]) => [path.posix.basename(file), text]),
  );
}

/** Diagnostics as `CV1004 convoy/schema.ts: message`. */
export function briefly(diagnostics: readonly ConvoyDiagnostic[]): readonly string[] {
  return diagnostics.map(({ code, span, message }) => `${code} ${span.file}: ${message}`);
}
