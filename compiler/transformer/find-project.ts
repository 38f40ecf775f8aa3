import path from "node:path";
import type ts from "typescript";
import { isFunctionsModule, type ProjectLayout, projectLayout } from "../project/layout.js";
import { BuildError } from "./build-error.js";
import type { TransformerConfig } from "./program-transformer.js";

/**
 * The Convoy project that `program` compiles, or `null`: one build may hold many programs, and most
 * of them are none of ours.
 */
export function findProject(
  ts: typeof import("typescript"),
  program: ts.Program,
  config: TransformerConfig,
): ProjectLayout | null {
  const configDir = tsconfigDirectory(program);
  const root = configuredRoot(ts, configDir, config);
  const candidates = (root === null ? ancestors(configDir) : [root]).map(projectLayout);
  return candidates.find((project) => compilesProject(ts, program, project)) ?? null;
}

function compilesProject(
  ts: typeof import("typescript"),
  program: ts.Program,
  project: ProjectLayout,
): boolean {
  // Asked of the program and not of the disk: another reference of the same build may stand beside
  // the project without compiling it.
  const schema = program.getSourceFile(project.schemaFile);
  if (schema !== undefined) return true;
  // Functions without a schema are a project whose schema is missing, and the rules say so. With a
  // schema on disk, this is another program that imports one of its modules.
  return (
    !ts.sys.fileExists(project.schemaFile) &&
    program
      .getSourceFiles()
      .some((file) => !file.isDeclarationFile && isFunctionsModule(project, file.fileName))
  );
}

function configuredRoot(
  ts: typeof import("typescript"),
  configDir: string,
  { root }: TransformerConfig,
): string | null {
  if (root === undefined) return null;
  if (typeof root !== "string") {
    throw new BuildError('"root" of the plugin convoy/transformer must be a string.');
  }
  const folder = path.resolve(configDir, root);
  if (!ts.sys.directoryExists(projectLayout(folder).convoyDir)) {
    throw new BuildError(
      `"root" of the plugin convoy/transformer is ${JSON.stringify(root)}, but there is no folder ` +
        `${projectLayout(folder).convoyDir}. It is relative to the tsconfig that names it.`,
    );
  }
  return folder;
}

function tsconfigDirectory(program: ts.Program): string {
  const { configFilePath } = program.getCompilerOptions();
  return typeof configFilePath === "string"
    ? path.dirname(configFilePath)
    : program.getCurrentDirectory();
}

/** `folder` and all that hold it: `convoy/tsconfig.json` and `config/tsconfig.json` are found, too. */
function ancestors(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
