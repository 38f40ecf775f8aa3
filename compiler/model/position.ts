/** A place in a text as `tsc` and editors name it: both numbers count from 1, columns in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns in one text; splitting it into lines happens once. */
export interface LineIndex {
  readonly lineCount: number;
  /** Where `offset` is. An offset outside the text is taken for its nearest end. */
  positionAt(offset: number): TextPosition;
  /** The text of a line, without what ends it; empty for a line that is not there. */
  lineText(line: number): string;
}

// What TypeScript takes for the end of a line, so that our lines are the ones it prints.
const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;

export function createLineIndex(text: string): LineIndex {
  const starts = [0];
  const ends: number[] = [];
  for (const match of text.matchAll(lineEnd)) {
    ends.push(match.index);
    starts.push(match.index + match[0].length);
  }
  ends.push(text.length);

  return {
    lineCount: starts.length,
    positionAt(offset) {
      const at = Math.min(Math.max(offset, 0), text.length);
      const line = lastAtOrBefore(starts, at);
      return { line: line + 1, column: at - starts[line]! + 1 };
    },
    lineText(line) {
      return text.slice(starts[line - 1] ?? text.length, ends[line - 1] ?? text.length);
    },
  };
}

/** The index of the last number in the ascending `values` that is at most `limit`; the first is. */
function lastAtOrBefore(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (values[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
