export interface MachinePath {
  readonly line: number;
  readonly text: string;
}

/** A person's own folder on Linux, macOS or Windows. */
const HOME_FOLDERS = String.raw`\/(?:home|Users)\/[\w.-]+|\/root\/|[A-Za-z]:[\\/]+Users[\\/]+[\w.-]+`;

/** So that neither `https://example.com/home/page` nor `src/home/page` is taken for one. */
const NOT_WITHIN_A_PATH = String.raw`(?<![\w.~/\\-])(?:file:\/\/)?`;

/** The paths in a text that exist on one machine only; `folders` are this machine's own. */
export function findMachinePaths(text: string, folders: readonly string[]): MachinePath[] {
  const own = folders.map((folder) => `${escapeForRegExp(folder)}(?![\\w-])`);
  const pattern = new RegExp(`${NOT_WITHIN_A_PATH}(?:${[...own, HOME_FOLDERS].join("|")})`, "g");
  return [...text.matchAll(pattern)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    text: match[0],
  }));
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
