import type { IncomingMessage, ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import { MAX_SYNC_BYTES } from "../../../protocol/sync.js";
import type { LiveServer } from "../../realtime/live-server.js";
import type { LiveSession, Outlet } from "../../realtime/session/live-session.js";
import { problemOf, type ProblemOptions, sendProblem } from "../http/problem.js";
import { type BodyReader, RequestAborted } from "../http/read-body.js";

export interface EventStreamOptions extends ProblemOptions {
  readonly live: LiveServer;
  readonly reader: BodyReader;
}

/** Answers with a session's messages, one event each, for as long as both sides like. */
export function openEventStream(
  { live }: EventStreamOptions,
  _request: IncomingMessage,
  response: ServerResponse,
): void {
  const session = live.connect(outletOf(response));
  response.once("close", () => live.disconnect(session));
}

function outletOf(response: ServerResponse): Outlet {
  let hasBegun = false;
  return {
    send(text, onSent) {
      if (!hasBegun) {
        hasBegun = true;
        // A proxy must neither keep nor collect it.
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "cache-control": "no-store, no-transform",
          "x-accel-buffering": "no",
        });
        response.socket?.setNoDelay(true);
      }
      response.write(`data: ${text}\n\n`, () => onSent());
    },
    close() {
      response.end();
    },
  };
}

/** Takes what the client of a stream sends at once: `POST /api/sync?session=<id>`. */
export async function receiveMessages(
  options: EventStreamOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { live, reader } = options;
  let session: LiveSession | undefined;
  try {
    const id = new URL(request.url ?? "/", "http://convoy").searchParams.get("session");
    const body = await reader.read(request, MAX_SYNC_BYTES);
    session = live.session(id ?? "");
    if (session === undefined) throw noSession();
    const text = body.kind === "bytes" ? body.bytes.toString("utf8") : JSON.stringify(body.value);
    live.receive(session, text);
    response.writeHead(204).end();
  } catch (error) {
    if (error instanceof RequestAborted) return;
    const { body } = problemOf(error, options);
    if (session !== undefined) live.refuse(session, body);
    sendProblem(response, body);
  }
}

function noSession(): ConvoyError {
  return new ConvoyError(
    "sync-session-not-found",
    "The session has ended, or another server has it. Open another stream with GET.",
    { status: 404, retryable: true },
  );
}
