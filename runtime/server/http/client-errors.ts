import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ConvoyError } from "../../../protocol/errors.js";
import { PROBLEM_TYPE } from "../../../protocol/http.js";
import { problemOf } from "./problem.js";

/** Answers what is no request that Node could hand on: malformed, too large, or too slow. */
export function answerClientErrors(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    answers.set(socket, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    const answer = answers.get(socket);
    const isAnswering = answer?.headersSent === true && !answer.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const { body } = problemOf(problemFor(error.code), { development: false });
    const text = JSON.stringify(body);
    socket.end(
      `HTTP/1.1 ${body.status} ${body.title}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    );
  });
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
