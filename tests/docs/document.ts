/** A fenced block of a Markdown document. */
export interface Block {
  /** The first word after the fence: `ts`, `console`, `sh`. */
  readonly language: string;
  /** The other words. */
  readonly info: readonly string[];
  readonly text: string;
  /** The line that its text begins in, from 1. */
  readonly line: number;
}

export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const fence = /^(`{3,})(.*)$/.exec(lines[at]!);
    if (fence === null) continue;
    const end = lines.indexOf(fence[1]!, at + 1);
    if (end < 0) throw new Error(`The block that begins in line ${at + 1} does not end.`);
    const [language = "", ...info] = fence[2]!.trim().split(/\s+/);
    const text = lines.slice(at + 1, end).map((line) => `${line}\n`);
    blocks.push({ language, info, text: text.join(""), line: at + 2 });
    at = end;
  }
  return blocks;
}

/** The file that a block is: what the comment in its first line names. */
export function fileOf(block: Block): string | null {
  return /^\/\/ ([\w./-]+\.tsx?)\n/.exec(block.text)?.[1] ?? null;
}

export interface ShownCommand {
  /** What follows `npx convoy`. */
  readonly args: readonly string[];
  readonly output: string;
}

/** The commands of a `console` block, each with the output shown below it. */
export function commandsOf(block: Block): readonly ShownCommand[] {
  return block.text
    .split(/^\$ /m)
    .slice(1)
    .map((shown) => {
      const end = shown.indexOf("\n");
      const [npx, convoy, ...args] = shown.slice(0, end).split(" ");
      if (npx !== "npx" || convoy !== "convoy") {
        throw new Error(
          `Line ${block.line}: only \`npx convoy\` can be run, not "${npx} ${convoy}".`,
        );
      }
      return { args, output: shown.slice(end + 1) };
    });
}
