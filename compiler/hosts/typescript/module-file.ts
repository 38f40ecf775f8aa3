/** What an import of a file may say: its path without an extension, of an `index` that of its folder. */
export function withoutExtension(file: string): string {
  return file.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "");
}
