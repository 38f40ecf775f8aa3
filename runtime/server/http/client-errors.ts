import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ConvoyError } from "../../../protocol/errors.js";
import { PROBLEM_TYPE } from "../../../protocol/http.js";
import { problemOf } from "./problem.js";

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers what is no request that Node could hand on: malformed, too large, or too slow. */
export function answerClientErrors(server: Server): void {
  const exchanges = new WeakMap<Duplex, Exchange>();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    exchanges.set(request.socket, { request, response });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    const last = exchanges.get(socket);
    const hasAnswer = last !== undefined && !last.request.complete && last.response.headersSent;
    if (error.code === "ECONNRESET" || !socket.writable || hasAnswer) {
      socket.destroy();
    } else if (last?.request.complete === true && !last.response.writableFinished) {
      // It came behind a request that is still to be answered, and would be taken for its answer.
      last.response.once("finish", () => answer(error, socket));
    } else {
      answer(error, socket);
    }
  });
}

function answer({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  const { body } = problemOf(problemFor(code), { development: false });
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.status} ${body.title}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

function problemFor(code: string | undefined): ConvoyError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new ConvoyError("headers-too-large", "The headers are too large. Send fewer.", {
        status: 431,
      });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new ConvoyError("request-timeout", "The request took too long to arrive.", {
        status: 408,
        retryable: true,
      });
    default:
      return new ConvoyError("malformed-request", "What was sent is not a request of HTTP.", {
        status: 400,
      });
  }
}
