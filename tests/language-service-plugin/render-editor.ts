/** What an editor shows, for a picture. */
export interface Scene {
  readonly title: string;
  readonly code: string;
  /** Underlined, in the colour of its severity. */
  readonly marks?: readonly Mark[];
  /** A box below a line of the code. */
  readonly box?: {
    readonly line: number;
    readonly column: number;
    readonly lines: readonly BoxLine[];
  };
}

export interface Mark {
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly length: number;
  readonly severity: "error" | "warning" | "suggestion";
}

export interface BoxLine {
  readonly text: string;
  /** At the right, paler. */
  readonly note?: string;
  readonly isChosen?: boolean;
  readonly isCode?: boolean;
}

const columnWidth = 7.83;
const lineHeight = 20;
const left = 16;
const top = 44;
const widest = 96;
const colours = { error: "#d1242f", warning: "#bf8700", suggestion: "#6e7781" } as const;

/** An SVG of the scene: text and lines only, so that a change of it can be read. */
export function renderEditor({ title, code, marks = [], box }: Scene): string {
  const lines = code.split("\n");
  const boxLines = box?.lines.flatMap(wrapped) ?? [];
  const boxHeight = boxLines.length * lineHeight + 12;
  const boxTop = box === undefined ? 0 : top + box.line * lineHeight + 4;
  const height = Math.max(top + lines.length * lineHeight, boxTop + boxHeight) + 14;
  const width = Math.ceil(left * 2 + widest * columnWidth);
  const body = [
    `<text x="${left}" y="24" fill="#57606a">${escaped(title)}</text>`,
    ...lines.map((line, at) => `<text x="${left}" y="${baseline(at)}">${coloured(line)}</text>`),
    ...marks.map(squiggle),
    ...(box === undefined ? [] : boxParts(box.column, boxTop, boxHeight, boxLines)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">
<rect width="${width}" height="${height}" rx="8" fill="#fff" stroke="#d0d7de"/>
${body.join("\n")}
</svg>
`;
}

function baseline(line: number): number {
  return top + line * lineHeight + 14;
}

function squiggle({ line, column, length, severity }: Mark): string {
  const start = left + (column - 1) * columnWidth;
  const y = baseline(line - 1) + 4;
  const waves = Math.max(1, Math.round((length * columnWidth) / 6));
  return `<path d="M${start.toFixed(1)} ${y}${"q1.5 -3 3 0t3 0".repeat(waves)}" fill="none" stroke="${colours[severity]}"/>`;
}

function boxParts(
  column: number,
  y: number,
  height: number,
  lines: readonly BoxLine[],
): readonly string[] {
  const x = left + (column - 1) * columnWidth;
  const longest = Math.max(...lines.map(({ text, note = "" }) => text.length + note.length + 3));
  const width = Math.ceil(longest * columnWidth + 12);
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#f6f8fa" stroke="#d0d7de"/>`,
    ...lines.flatMap(({ text, note, isChosen, isCode }, at) => {
      const lineY = y + 6 + at * lineHeight;
      return [
        ...(isChosen
          ? [
              `<rect x="${x + 3}" y="${lineY}" width="${width - 6}" height="${lineHeight}" fill="#ddf4ff"/>`,
            ]
          : []),
        `<text x="${x + 8}" y="${lineY + 14}"${isCode ? ' fill="#0550ae"' : ""}>${escaped(text)}</text>`,
        ...(note === undefined
          ? []
          : [
              `<text x="${x + width - 8}" y="${lineY + 14}" text-anchor="end" fill="#6e7781">${escaped(note)}</text>`,
            ]),
      ];
    }),
  ];
}

/** Long sentences go on in the next line. */
function wrapped(line: BoxLine): readonly BoxLine[] {
  const longest = widest - 12;
  if (line.text.length <= longest) return [line];
  const end = line.text.lastIndexOf(" ", longest);
  return [
    { ...line, text: line.text.slice(0, end) },
    ...wrapped({ ...line, text: line.text.slice(end + 1) }),
  ];
}

const tokens = /("[^"]*")|\b(import|from|export|const|async|await|return)\b/g;

function coloured(line: string): string {
  let at = 0;
  let result = "";
  for (const match of line.matchAll(tokens)) {
    const colour = match[1] === undefined ? "#cf222e" : "#0a3069";
    result += `${escaped(line.slice(at, match.index))}<tspan fill="${colour}">${escaped(match[0])}</tspan>`;
    at = match.index + match[0].length;
  }
  return result + escaped(line.slice(at));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
