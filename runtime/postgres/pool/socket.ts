import type { Socket } from "node:net";

/** The socket of one of `pg`'s clients, of which its types say nothing. */
export function socketOf(client: object): Socket {
  return (client as { readonly connection: { readonly stream: Socket } }).connection.stream;
}
