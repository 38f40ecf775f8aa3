import type { Client } from "pg";
import { socketOf } from "./socket.js";

/** How long a server may take to say goodbye. */
export const GOODBYE_MS = 2_000;

/** Ends a connection, also one that was lost without a word and on which no goodbye will come. */
export async function endClient(client: Client): Promise<void> {
  const late = setTimeout(() => closeSocket(client), GOODBYE_MS);
  await client.end().catch(() => {});
  clearTimeout(late);
}

/** Ends it at once. What waits for an answer is told that the connection is lost. */
export function closeSocket(client: object): void {
  // `pg` has no word for it: its `end` waits for what is in flight.
  socketOf(client).destroy();
}
