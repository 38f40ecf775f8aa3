import type ts from "typescript";

/** Parsed files of packages, which the programs of a test file have in common. */
const packageFiles = new Map<string, ts.SourceFile | undefined>();

/** A host as `tsc` has it, that parses the files of packages once for all programs. */
export function compilerHost(typescript: typeof ts, options: ts.CompilerOptions): ts.CompilerHost {
  const host = typescript.createCompilerHost(options, true);
  host.jsDocParsingMode = typescript.JSDocParsingMode.ParseForTypeErrors;
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, language, ...rest) => {
    if (!file.includes("/node_modules/")) return read(file, language, ...rest);
    const key = JSON.stringify([typescript.version, file, language]);
    if (!packageFiles.has(key)) packageFiles.set(key, read(file, language, ...rest));
    return packageFiles.get(key);
  };
  return host;
}
