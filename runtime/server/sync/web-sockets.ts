import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { ConvoyError } from "../../../protocol/errors.js";
import { CLOSE_RESTART, MAX_SYNC_BYTES, SYNC_PATH, SYNC_PROTOCOL } from "../../../protocol/sync.js";
import type { LiveServer } from "../../realtime/live-server.js";
import type { LiveSession, Outlet } from "../../realtime/session/live-session.js";
import type { AllowsOrigin } from "../http/origins.js";
import type { ServerLog } from "../log/server-log.js";
import { problemOf, type ProblemOptions } from "../http/problem.js";
import { watchPongs } from "./watch-pongs.js";

/** Takes a request to upgrade a connection, as a server of Node emits it; others' are left alone. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface WebSocketsOptions extends ProblemOptions {
  readonly live: LiveServer;
  readonly log: ServerLog;
  readonly allowsOrigin: AllowsOrigin;
  /** Where it is mounted; wherever if left out. */
  readonly path?: string;
}

/** How long a closed connection may take to say goodbye. */
const GOODBYE_MS = 2_000;

const alreadyAnswered =
  "another listener has answered an upgrade that is for live queries, or meant for another project: give each handler its path, and other WebSocket servers theirs";

/** Those that a handler has answered, and by which of them: a server may have several. */
const answered = new WeakMap<Duplex, UpgradeHandler>();

export function webSockets(options: WebSocketsOptions): UpgradeHandler {
  const { log, allowsOrigin } = options;
  const path = options.path?.replace(/\/+$/, "");
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_SYNC_BYTES,
    // It costs memory for each connection, and an attacker chooses how much.
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(SYNC_PROTOCOL) ? SYNC_PROTOCOL : false),
  });
  const upgrade: UpgradeHandler = (request, socket, head) => {
    if (!isSyncPath(request.url, path)) return;
    const by = answered.get(socket);
    if (by === upgrade) return;
    if (by !== undefined) return log.error({}, alreadyAnswered);
    answered.set(socket, upgrade);
    socket.on("error", () => socket.destroy());
    if (!allowsOrigin(request)) return refuseUpgrade(socket, 403);
    try {
      server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, options));
    } catch {
      log.error({}, alreadyAnswered);
    }
  };
  return upgrade;
}

/**
 * Whether a request is for live queries, at one path or wherever. Anybody may send any text for a URL,
 * so none is parsed.
 */
export function isSyncPath(url: string | undefined, path?: string): boolean {
  const asked = url?.split("?", 1)[0] ?? "";
  return path === undefined ? asked.endsWith(SYNC_PATH) : asked === path + SYNC_PATH;
}

function serve(webSocket: WebSocket, socket: Duplex, options: WebSocketsOptions): void {
  const { live } = options;
  let session: LiveSession;
  // What goes wrong ends in `close`.
  webSocket.on("error", () => {});
  try {
    session = live.connect(outletOf(webSocket));
  } catch (error) {
    const { body } = problemOf(error, options);
    webSocket.close(CLOSE_RESTART, body.code);
    return;
  }
  const endPings = watchPongs(webSocket, socket);
  webSocket.on("message", (data, isBinary) => {
    try {
      if (isBinary) throw binary();
      live.receive(session, (data as Buffer).toString("utf8"));
    } catch (error) {
      live.refuse(session, problemOf(error, options).body);
    }
  });
  webSocket.on("close", () => {
    endPings();
    live.disconnect(session);
  });
}

function outletOf(webSocket: WebSocket): Outlet {
  return {
    send(text, onSent) {
      webSocket.send(text, onSent);
    },
    close(code, reason) {
      webSocket.close(code, reason);
      setTimeout(() => webSocket.terminate(), GOODBYE_MS).unref();
    },
  };
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

function binary(): ConvoyError {
  return new ConvoyError(
    "invalid-sync-message",
    "Messages are text. Let client and server have the same version of Convoy.",
    { status: 400 },
  );
}
