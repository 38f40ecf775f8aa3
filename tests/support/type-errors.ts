import path from "node:path";
import type ts from "typescript";
import { loadTypeScript } from "../../compiler/index.js";
import { compilerHost } from "./compiler-host.js";

export interface TypeErrorsOptions {
  readonly typescript?: typeof ts;
  /** In place of what the tsconfig says. */
  readonly compilerOptions?: ts.CompilerOptions;
}

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
  const program = typescript.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    ...(config.projectReferences && { projectReferences: config.projectReferences }),
    host: compilerHost(typescript, config.options),
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
