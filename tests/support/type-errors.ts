import path from "node:path";
import type ts from "typescript";
import { loadTypeScript } from "../../compiler/index.js";

export interface TypeErrorsOptions {
  readonly typescript?: typeof ts;
  /** In place of what the tsconfig says. */
  readonly compilerOptions?: ts.CompilerOptions;
}

/** Parsed files of packages, which the projects of a test file have in common. */
const packageFiles = new Map<string, ts.SourceFile | undefined>();

/** What `tsc --noEmit --project <configFile>` prints, by the compiler that this process has loaded. */
export function typeErrors(configFile: string, options: TypeErrorsOptions = {}): string {
  const { typescript = loadTypeScript(), compilerOptions } = options;
  const config = typescript.getParsedCommandLineOfConfigFile(
    configFile,
    { noEmit: true, ...compilerOptions },
    {
      ...typescript.sys,
      onUnRecoverableConfigFileDiagnostic({ messageText }) {
        throw new Error(typescript.flattenDiagnosticMessageText(messageText, "\n"));
      },
    },
  );
  if (config === undefined) throw new Error(`There is no ${configFile}.`);
  const host = typescript.createCompilerHost(config.options, true);
  host.jsDocParsingMode = typescript.JSDocParsingMode.ParseForTypeErrors;
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, language, ...rest) => {
    if (!file.includes("/node_modules/")) return read(file, language, ...rest);
    const key = JSON.stringify([typescript.version, file, language]);
    if (!packageFiles.has(key)) packageFiles.set(key, read(file, language, ...rest));
    return packageFiles.get(key);
  };
  const program = typescript.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    ...(config.projectReferences && { projectReferences: config.projectReferences }),
    host,
  });
  const root = path.dirname(configFile);
  return typescript.formatDiagnostics(
    [...config.errors, ...typescript.getPreEmitDiagnostics(program)],
    {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (file) => file,
      getNewLine: () => "\n",
    },
  );
}
