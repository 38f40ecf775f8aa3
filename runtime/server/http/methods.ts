import type { IncomingMessage, ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";

/** Answers what has come with another method: how one may ask, or that it may not. */
export function onlyMethods(
  allow: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    response.setHeader("allow", allow);
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    throw new ConvoyError(
      "method-not-allowed",
      `${request.method} is not for this path. Use ${allow}.`,
      { status: 405 },
    );
  };
}
