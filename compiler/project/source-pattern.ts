/** The TypeScript files directly in a folder, `folder/*.ts`, or anywhere below it, with a `**` between. */
export interface SourcePattern {
  readonly folder: string;
  readonly isDeep: boolean;
}

/** What a path says that may be a pattern; `null` of one that is none. */
export function sourcePattern(path: string): SourcePattern | null {
  const found = /^(?<folder>.*?)(?<deep>\/\*\*)?\/\*\.ts$/.exec(path)?.groups;
  return found ? { folder: found["folder"] ?? "", isDeep: found["deep"] !== undefined } : null;
}

export function isTypeScriptFile(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/** Whether a folder or file is of packages or hidden, by its path below a folder: no tsconfig finds it there. */
export function isLeftOut(below: string): boolean {
  return /\/(?:node_modules|\.[^/]*)(?:\/|$)/.test(below);
}

/** Whether `file` is one of those that the pattern stands for. */
export function isOfPattern({ folder, isDeep }: SourcePattern, file: string): boolean {
  if (!isTypeScriptFile(file) || !file.startsWith(`${folder}/`)) return false;
  const below = file.slice(folder.length);
  return isDeep ? !isLeftOut(below) : !below.includes("/", 1);
}
