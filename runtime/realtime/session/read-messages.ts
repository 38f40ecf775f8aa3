import { z } from "zod";
import { ConvoyError } from "../../../protocol/errors.js";
import type { ClientMessage, WatchedQueryMessage } from "../../../protocol/sync.js";
import { decodeWire, type WireJson } from "../../../protocol/wire-value.js";

/** What a client sent at once, read and checked. */
export type ReadMessage =
  | Exclude<ClientMessage, { type: "watch" }>
  | { readonly type: "watch"; readonly queries: readonly ReadQuery[] };

export interface ReadQuery extends WatchedQueryMessage {
  /** The arguments as values. */
  readonly values: unknown;
}

/** Of names and hashes: longer ones are nobody's. */
const MAX_NAME = 200;

const number = z.int().nonnegative();
const query = z.object({
  id: number,
  name: z.string().max(MAX_NAME),
  args: z.record(z.string(), z.unknown()),
  hash: z.string().max(MAX_NAME).optional(),
});
const messages = z.array(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("connect"), clientId: z.string().regex(/^[\x21-\x7e]{1,128}$/) }),
    z.object({ type: z.literal("watch"), queries: z.array(query) }),
    z.object({ type: z.literal("unwatch"), ids: z.array(number) }),
    z.object({ type: z.literal("settle"), mutation: number }),
  ]),
);

/** @throws {ConvoyError} `invalid-sync-message`, or where an argument has no value. */
export function readMessages(text: string): readonly ReadMessage[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid();
  }
  const parsed = messages.safeParse(json);
  if (!parsed.success) throw invalid();
  return parsed.data.map((message): ReadMessage => {
    if (message.type !== "watch") return message;
    return {
      type: "watch",
      queries: message.queries.map(({ id, name, args, hash }) => ({
        id,
        name,
        // Bounds the depth as well: nothing that comes later need fear for its stack.
        values: decodeWire(args),
        args: args as WireJson,
        ...(hash !== undefined && { hash }),
      })),
    };
  });
}

function invalid(): ConvoyError {
  return new ConvoyError(
    "invalid-sync-message",
    "The message is none that a client sends. Let client and server have the same version of Convoy.",
    { status: 400 },
  );
}
