import type ts from "typescript";
import { sameText } from "./same-text.js";

export interface FreshHost {
  /** The host, less what it remembers of the generated files from before they were written. */
  readonly host: ts.CompilerHost;
  /** To call when the program is made: also has the original host look for the modules again. */
  forgetFailedLookups(): void;
}

/** A host for a program like `program`, but with the generated `files` as they are now. */
export function freshHost(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  files: ReadonlyMap<string, string>,
): FreshHost {
  const fresh = Object.create(host) as ts.CompilerHost;
  const failed: { isInvalidated?: boolean }[] = [];

  fresh.getSourceFile = (fileName, options, onError, createNew) => {
    const known = program.getSourceFile(fileName);
    const text = files.get(fileName);
    if (text !== undefined && (known === undefined || !sameText(known.text, text))) {
      // In --watch this also has the host watch the file.
      const file = host.getSourceFile(fileName, options, onError, true);
      return file !== undefined && sameText(file.text, text)
        ? file
        : newSourceFile(ts, host, fileName, text, options);
    }
    // A known file was parsed a moment ago. (A redirect stands for a package that is installed
    // twice, and only the program that made it may use it.)
    return createNew === true || known === undefined || "redirectInfo" in known
      ? host.getSourceFile(fileName, options, onError, createNew)
      : known;
  };
  fresh.getSourceFileByPath = (fileName, _path, options, onError, createNew) =>
    fresh.getSourceFile(fileName, options, onError, createNew);

  const resolve = host.resolveModuleNameLiterals?.bind(host);
  if (resolve !== undefined) {
    const disk = ts.createCompilerHost(program.getCompilerOptions());
    fresh.resolveModuleNameLiterals = (
      literals,
      containingFile,
      redirect,
      options,
      source,
      reused,
    ) =>
      resolve(literals, containingFile, redirect, options, source, reused).map((known, index) => {
        const literal = literals[index];
        if (known.resolvedModule !== undefined || literal === undefined) return known;
        const mode = ts.getModeForUsageLocation(source, literal, options);
        const now = ts.resolveModuleName(
          literal.text,
          containingFile,
          options,
          disk,
          undefined,
          redirect,
          mode,
        );
        const found = now.resolvedModule?.resolvedFileName;
        if (found === undefined || !files.has(found)) return known;
        failed.push(known as { isInvalidated?: boolean });
        return now;
      });
  }

  return {
    host: fresh,
    forgetFailedLookups() {
      // How the cache of --watch marks what is to be looked up again. It would do so by itself when
      // the file system has told it of the new folder, but an edit may come first.
      for (const lookup of failed) lookup.isInvalidated = true;
    },
  };
}

/** For a host that insists that the file is missing. */
function newSourceFile(
  ts: typeof import("typescript"),
  host: ts.CompilerHost,
  fileName: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile {
  const file: ts.SourceFile & { version?: string } = ts.createSourceFile(fileName, text, options);
  // Builder programs refuse a file without a version.
  const hash = host.createHash ?? ts.sys.createHash;
  file.version = hash === undefined ? text : hash(text);
  return file;
}
