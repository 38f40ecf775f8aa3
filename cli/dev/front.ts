import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { ConvoyError } from "../../protocol/errors.js";

/**
 * The port that a developer knows. It stays while the server behind it is replaced at every edit:
 * connections go to whichever server is the current one.
 */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** New connections go to this port of the machine from now on. */
  switchTo(port: number): void;
}

/** A connection waits this long for the first server. */
const MAX_WAIT_MS = 30_000;
/** Connections that may wait for it. */
const MAX_WAITING = 256;

/** @throws {ConvoyError} `port-in-use`. */
export async function openFront(port: number): Promise<Front> {
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();
  let target: number | null = null;

  // Nothing is read before there is a server to read it.
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      waiting.delete(socket);
    });
    if (target !== null) forward(socket, target);
    else if (waiting.size >= MAX_WAITING) socket.destroy();
    else {
      waiting.add(socket);
      socket.setTimeout(MAX_WAIT_MS, () => socket.destroy());
    }
  });
  try {
    server.listen({ port, host: "127.0.0.1" });
    await once(server, "listening");
  } catch (cause) {
    throw new ConvoyError(
      "port-in-use",
      `Port ${port} cannot be used (${(cause as NodeJS.ErrnoException).code ?? "unknown"}). End the program that has it, or choose another with --port.`,
      { cause },
    );
  }

  return {
    port: (server.address() as AddressInfo).port,
    switchTo(next) {
      target = next;
      for (const socket of waiting) {
        socket.setTimeout(0);
        forward(socket, next);
      }
      waiting.clear();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function forward(socket: Socket, port: number): void {
  const upstream = connect({ port, host: "127.0.0.1" });
  upstream.on("error", () => socket.destroy());
  upstream.on("close", () => socket.destroy());
  socket.on("close", () => upstream.destroy());
  socket.pipe(upstream).pipe(socket);
}
