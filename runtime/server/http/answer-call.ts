import type { IncomingMessage, ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import type { ServerLimits } from "../limits.js";
import { answerError, type ErrorAnswerOptions } from "./answer-error.js";
import { callTarget } from "./call-path.js";
import { type CallRouteOptions, callRoute } from "./call-route.js";
import { onlyMethods } from "./methods.js";
import { originPolicy } from "./origins.js";

export interface AnswerCallOptions extends CallRouteOptions, ErrorAnswerOptions {
  readonly limits: Pick<ServerLimits, "urlLength">;
  readonly allowedOrigins: readonly string[];
}

/**
 * Answers a request that calls a function. Any other it leaves alone: the application that Convoy is
 * mounted in may have paths of its own under /api.
 *
 * It is no part of the router: nearly all requests are calls, and where Express has had one in its
 * hands, everything that Node does with it takes longer.
 *
 * @returns whether it answers, if only with an error.
 */
export type AnswerCall = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createAnswerCall(options: AnswerCallOptions): AnswerCall {
  const { limits, allowedOrigins } = options;
  const checkOrigin = originPolicy(allowedOrigins);
  const answer = callRoute(options);
  const fail = answerError(options);
  return (request, response) => {
    try {
      const { url = "" } = request;
      const target = callTarget(url);
      if (target === null) return false;
      if (url.length > limits.urlLength) throw urlTooLong(limits.urlLength);
      if (checkOrigin(request, response) === "answered") return true;
      if (request.method === "POST") {
        // An error may be such that to tell of it fails, and must not end the process for that.
        answer(target.kind, target.name, request, response).catch((error: unknown) =>
          fail(error, request, response),
        );
      } else onlyMethods("POST")(request, response);
    } catch (error) {
      fail(error, request, response);
    }
    return true;
  };
}

function urlTooLong(limit: number): ConvoyError {
  return new ConvoyError(
    "url-too-long",
    `The path is longer than ${limit} characters. Send arguments in the body.`,
    { status: 414 },
  );
}
