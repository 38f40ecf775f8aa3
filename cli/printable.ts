import path from "node:path";

/**
 * Text of the project, made safe to print: a control character in a name or a comment must neither
 * drive the terminal nor turn the direction of what follows.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    character === "\n" ? character : character === "\t" ? " " : "\ufffd",
  );
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, " "));
}

/** An absolute path as a person in `cwd` would write it; with forward slashes, as tsc prints it. */
export function displayPath(cwd: string, file: string): string {
  return printableLine(path.relative(cwd, file).replaceAll(path.sep, "/")) || ".";
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** `48 ms`, `2.1 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}
