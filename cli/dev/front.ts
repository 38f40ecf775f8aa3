import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { ConvoyError } from "../../protocol/errors.js";
import { ResponseReader } from "./response-reader.js";

/**
 * The port that a developer knows. It stays while the server behind it is replaced at every edit:
 * requests go to whichever server is the current one.
 */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** New connections, and new requests on others, go to this port of the machine from now on. */
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
    if (target !== null) forward(socket, () => target ?? 0);
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
        forward(socket, () => target ?? 0);
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

/** What most requests begin with, and no frame of a WebSocket does. */
const startOfRequest = /^(?:GET|POST|PUT|PATCH|DELETE|OPTIONS) \//;

/**
 * Passes on what a client sends, each request to the server that is then the current one: a connection
 * that is kept for the next request outlives the server that has answered the last one. A request whose
 * server goes is not sent again, since it may have been done.
 */
function forward(socket: Socket, current: () => number): void {
  const responses = new ResponseReader();
  let port = 0;
  let upstream: Socket | null = null;

  const open = (): Socket => {
    upstream?.destroy();
    port = current();
    const opened = connect({ port, host: "127.0.0.1" });
    opened.on("data", (data) => {
      responses.push(data);
      if (!socket.write(data)) opened.pause();
    });
    opened.on("drain", () => socket.resume());
    opened.on("error", () => opened.destroy());
    opened.on("close", () => {
      if (upstream !== opened) return;
      upstream = null;
      if (!responses.isComplete) socket.destroy();
    });
    return opened;
  };

  socket.on("data", (data) => {
    const isStart = startOfRequest.test(data.toString("latin1", 0, 16));
    if (upstream === null || (isStart && responses.isComplete && port !== current())) {
      upstream = open();
    }
    if (isStart || responses.isComplete) responses.expect();
    if (!upstream.write(data)) socket.pause();
  });
  socket.on("drain", () => upstream?.resume());
  socket.on("close", () => upstream?.destroy());
  socket.resume();
}
