import type { Channel, Paint } from "../channel.js";
import { printable } from "../printable.js";
import type { Place } from "./place.js";

const LEAST_COLUMNS = 40;
/** How much is kept before the place when a long line is cut. */
const LEAD = 20;

/** The line of a place, its number before it, and carets below what it spans; empty without a text. */
export function excerpt(place: Place, channel: Channel, mark: Paint, indent: string = ""): string {
  if (place.lineText.trim() === "") return "";
  const number = String(place.line);
  const { text, from, to } = cut(place, channel.columns - indent.length - number.length - 2);
  const carets = "^".repeat(Math.max(displayWidth(text.slice(from, to)), 1));
  const margin = " ".repeat(number.length + 1 + displayWidth(text.slice(0, from)));
  const source = `${indent}${channel.colors.inverse(number)} ${text}\n`;
  return `${source}${indent}${margin}${mark(carets)}\n`;
}

/** What of the line is shown, and where the place lies in it. A line too long is cut around the place. */
function cut(place: Place, columns: number): { text: string; from: number; to: number } {
  const line = printable(place.lineText).trimEnd();
  const from = place.column - 1;
  const to = place.endLine === place.line ? place.endColumn - 1 : line.length;
  const room = Math.max(columns, LEAST_COLUMNS);
  if (line.length <= room) return { text: line, from, to: Math.min(to, line.length) };
  const start = Math.max(0, Math.min(from - LEAD, line.length - room));
  const end = Math.min(start + room, line.length);
  const before = start > 0 ? "…" : "";
  const after = end < line.length ? "…" : "";
  return {
    text: before + line.slice(start + before.length, end - after.length) + after,
    from: from - start,
    to: Math.min(to, end) - start,
  };
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns a terminal gives the text: carets must stand below what they mean. */
function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}
