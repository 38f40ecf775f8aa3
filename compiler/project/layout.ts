/** Where the parts of a Convoy project are. All paths are absolute, with forward slashes. */
export interface ProjectLayout {
  /** The folder that holds `convoy/`. */
  readonly root: string;
  /** `<root>/convoy`. */
  readonly convoyDir: string;
  /** `<root>/convoy/schema.ts`, whether or not it is there. */
  readonly schemaFile: string;
  /** `<root>/convoy/functions`. */
  readonly functionsDir: string;
  /** `<root>/convoy/_generated`. */
  readonly generatedDir: string;
}

/** The layout of the project in `root`. */
export function projectLayout(root: string): ProjectLayout {
  const normalized = root.replaceAll("\\", "/").replace(/(?<=.)\/+$/, "");
  const convoyDir = `${normalized === "/" ? "" : normalized}/convoy`;
  return Object.freeze({
    root: normalized,
    convoyDir,
    schemaFile: `${convoyDir}/schema.ts`,
    functionsDir: `${convoyDir}/functions`,
    generatedDir: `${convoyDir}/_generated`,
  });
}

/** `file` relative to the project's root, with forward slashes. */
export function relativeToRoot(project: ProjectLayout, file: string): string {
  const normalized = file.replaceAll("\\", "/");
  return normalized.startsWith(`${project.root}/`)
    ? normalized.slice(project.root.length + 1)
    : normalized;
}

const moduleExtension = /\.(?:ts|tsx|mts|cts)$/;
const notModule = /\.d\.(?:ts|mts|cts)$|\.(?:test|spec)\.[a-z]+$/;

/** Whether `file` is a module of functions: any TypeScript file below `functions` but tests and declarations. */
export function isFunctionsModule(project: ProjectLayout, file: string): boolean {
  return (
    file.startsWith(`${project.functionsDir}/`) &&
    moduleExtension.test(file) &&
    !notModule.test(file)
  );
}

/** The path of the module in `file` below `functions`, without its extension. */
export function modulePath(project: ProjectLayout, file: string): string {
  return file.slice(project.functionsDir.length + 1).replace(moduleExtension, "");
}
