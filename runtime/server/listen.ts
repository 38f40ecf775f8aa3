import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConvoyError } from "../../protocol/errors.js";
import type { App } from "./app.js";
import { answerClientErrors } from "./http/client-errors.js";
import { isSyncPath } from "./sync/web-sockets.js";

export interface ListenOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** The address to listen on. Default: all of the machine. */
  readonly host?: string;
}

export interface Listening {
  /** Where it can be reached from this machine. */
  readonly url: string;
  /**
   * Stops: takes no more connections and calls, gives the running ones their time, and then closes
   * whatever is open. The backend is left as it is.
   */
  close(): Promise<void>;
}

/** How long answers that are written may take to be sent, once their calls have ended. */
const LAST_BYTES_MS = 2_000;

/** @throws {ConvoyError} `port-in-use`, `port-not-allowed`, `address-not-available`. */
export async function listen(app: App, { port, host }: ListenOptions): Promise<Listening> {
  const { limits } = app;
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      keepAliveTimeout: limits.keepAliveMs,
      // The limits above hold to within this.
      connectionsCheckingInterval: Math.min(5_000, limits.headersMs, limits.requestMs),
    },
    app.handle,
  );
  server.maxConnections = limits.connections;
  // It expects what no server knows: answered as if it did not.
  server.on("checkExpectation", app.handle);
  server.on("upgrade", (request, socket, head) => {
    app.upgrade(request, socket, head);
    // Nothing else is here that a connection could be upgraded for.
    if (!isSyncPath(request.url)) socket.destroy();
  });
  answerClientErrors(server);
  try {
    server.listen({ port, ...(host !== undefined && { host }) });
    await once(server, "listening");
  } catch (error) {
    throw listenFailure(error as NodeJS.ErrnoException, port, host);
  }
  server.on("error", (error) => app.log.error({ reason: error.message }, "server error"));
  let closing: Promise<void> | null = null;
  return {
    url: urlOf(server.address() as AddressInfo),
    close() {
      closing ??= close(app, server);
      return closing;
    },
  };
}

async function close({ gate, readiness, live, limits, log }: App, server: Server): Promise<void> {
  gate.close();
  readiness[Symbol.dispose]();
  const liveEnded = live[Symbol.asyncDispose]();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  if (!(await gate.idle(limits.drainMs))) {
    log.warn({ running: gate.running }, "calls are still running, and are given up");
  }
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), LAST_BYTES_MS);
  await Promise.all([closed, liveEnded]);
  clearTimeout(late);
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === "::" || address === "0.0.0.0") return `http://localhost:${port}`;
  return family === "IPv6" ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

function listenFailure(
  error: NodeJS.ErrnoException,
  port: number,
  host: string | undefined,
): ConvoyError {
  const cause = error;
  switch (error.code) {
    case "EADDRINUSE":
      return new ConvoyError(
        "port-in-use",
        `Port ${port} is in use by another program. End that, or choose another port with --port.`,
        { cause },
      );
    case "EACCES":
      return new ConvoyError(
        "port-not-allowed",
        `Port ${port} may not be used by this user. Choose one above 1023 with --port.`,
        { cause },
      );
    default:
      return new ConvoyError(
        "address-not-available",
        `The server cannot listen on ${host ?? "this machine"}, port ${port} (${error.code ?? error.message}). Choose an address of this machine with --host.`,
        { cause },
      );
  }
}
