import type { IncomingMessage, ServerResponse } from "node:http";
import type { NextFunction } from "express";
import { errorRecord } from "../log/error-record.js";
import type { ServerLog } from "../log/server-log.js";
import { type ProblemOptions, problemOf, sendProblem } from "./problem.js";
import { identifyRequest } from "./request-id.js";

export interface ErrorAnswerOptions extends ProblemOptions {
  readonly log: ServerLog;
}

/** Answers what a handler, or Express itself, has thrown. */
export function answerError({
  log,
  development,
}: ErrorAnswerOptions): (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next?: NextFunction,
) => void {
  // Express knows by the number of parameters that it is for errors.
  return (error, request, response, _next) => {
    const problem = problemOf(error, { development });
    if (problem.isFault) {
      const requestId = identifyRequest(request, response);
      const { errorId } = problem.body;
      log.error({ requestId, errorId, error: errorRecord(error) }, "request failed");
    }
    sendProblem(response, problem.body);
  };
}
