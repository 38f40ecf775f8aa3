import type ts from "typescript";
import type { ProjectLayout } from "../../compiler/project/layout.js";

/** An entry of `plugins`: a transformer of ts-patch, or a plugin of the editor. */
export interface PluginEntry {
  readonly name?: string;
  readonly transform?: string;
  readonly transformProgram?: boolean;
}

/** A tsconfig as it is written, what it extends included. */
export interface Tsconfig {
  /** `null` where the project has none. */
  readonly file: string | null;
  readonly options: ts.CompilerOptions;
  readonly plugins: readonly PluginEntry[];
  /** The files that it includes, with forward slashes. */
  readonly files: readonly string[];
}

/** The tsconfig that the commands go by: that of `convoy/`, or else that of the project. */
export function readTsconfig(typescript: typeof ts, { convoyDir, root }: ProjectLayout): Tsconfig {
  const { sys } = typescript;
  const file = [`${convoyDir}/tsconfig.json`, `${root}/tsconfig.json`].find((candidate) =>
    sys.fileExists(candidate),
  );
  if (file === undefined) return { file: null, options: {}, plugins: [], files: [] };
  const { options, fileNames } = typescript.parseJsonSourceFileConfigFileContent(
    typescript.readJsonConfigFile(file, (name) => sys.readFile(name)),
    sys,
    file.slice(0, file.lastIndexOf("/")),
    {},
    file,
  );
  const plugins = (options["plugins"] ?? []) as readonly PluginEntry[];
  return { file, options, plugins, files: fileNames };
}
