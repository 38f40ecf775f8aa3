import { type ClientMessage, MAX_SYNC_BYTES } from "../../../protocol/sync.js";

/** A letter of JSON takes up to three bytes; the rest is room for what is around arguments. */
export const MAX_SYNC_LENGTH: number = MAX_SYNC_BYTES / 4;

/** The messages as JSON, in as few parts as the server takes. */
export function outgoing(messages: readonly ClientMessage[]): string[] {
  const text = JSON.stringify(messages);
  if (text.length <= MAX_SYNC_LENGTH) return [text];
  const [first, ...others] = messages;
  if (first !== undefined && others.length > 0) return [...outgoing([first]), ...outgoing(others)];
  if (first?.type !== "watch" || first.queries.length === 1) return [text];
  const half = first.queries.length / 2;
  return [first.queries.slice(0, half), first.queries.slice(half)].flatMap((queries) =>
    outgoing([{ type: "watch", queries }]),
  );
}
