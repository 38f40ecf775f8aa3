import { type NextFunction, type Request, type Response, Router } from "express";
import { ConvoyError } from "../../../protocol/errors.js";
import { SYNC_PATH } from "../../../protocol/sync.js";
import { type CallGate, shuttingDown } from "../call-gate.js";
import type { ServerLimits } from "../limits.js";
import { errorRecord } from "../log/error-record.js";
import type { ServerLog } from "../log/server-log.js";
import type { Metrics } from "../metrics.js";
import type { Readiness } from "../readiness.js";
import { callTarget } from "./call-path.js";
import { type CallRouteOptions, callRoute } from "./call-route.js";
import { type EventStreamOptions, openEventStream, receiveMessages } from "../sync/event-stream.js";
import { originPolicy } from "./origins.js";
import { problemOf, sendProblem } from "./problem.js";
import { identifyRequest } from "./request-id.js";

export interface RouterOptions extends CallRouteOptions, EventStreamOptions {
  readonly limits: Pick<ServerLimits, "urlLength">;
  readonly allowedOrigins: readonly string[];
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly log: ServerLog;
  readonly gate: CallGate;
}

/** All that a server answers. What is none of it goes on to whatever comes next. */
export function createRouter(options: RouterOptions): Router {
  const { limits, allowedOrigins, readiness, metrics, gate } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const checkOrigin = originPolicy(allowedOrigins);
  const answerCall = callRoute(options);
  router.use((request, response, next) => {
    // Nothing else under /api: the application that Convoy is mounted in may have paths of its own.
    const target = callTarget(request.url);
    if (target === null) return next();
    if (request.url.length > limits.urlLength) throw urlTooLong(limits.urlLength);
    if (checkOrigin(request, response) === "answered") return;
    if (request.method !== "POST") return onlyMethods("POST")(request, response);
    return answerCall(target.kind, target.name, request, response);
  });
  router.use(SYNC_PATH, (request, response, next) => {
    if (request.path !== "/") return next();
    if (checkOrigin(request, response) === "answered") return;
    switch (request.method) {
      case "GET":
        if (!request.headers.accept?.includes("text/event-stream")) throw upgradeRequired();
        return openEventStream(options, request, response);
      case "POST":
        return receiveMessages(options, request, response);
      default:
        return onlyMethods("GET, POST")(request, response);
    }
  });
  router.get("/healthz", (_request, response) => sendStatus(response, "alive"));
  router.get("/readyz", async (_request, response) => {
    const problem = gate.closed ? shuttingDown() : await readiness.problem();
    if (problem === null) return sendStatus(response, "ready");
    const { body } = problemOf(problem, options);
    const { errorId: _, ...told } = body;
    sendProblem(response, { ...told, status: 503, title: "Service Unavailable" });
  });
  router.get("/metrics", async (_request, response) => {
    const text = await metrics.text();
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-type", metrics.contentType);
    response.end(text);
  });
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    router.all(path, onlyMethods("GET, HEAD"));
  }
  router.use(answerError(options));
  return router;
}

/** For what nothing has answered, where Convoy has the server to itself. */
export function notFound(_request: Request, response: Response): void {
  const { body } = problemOf(
    new ConvoyError(
      "not-found",
      "Nothing is here. Functions are called with POST /api/query/<name>, /api/mutation/<name> or /api/action/<name>.",
      { status: 404 },
    ),
    { development: false },
  );
  sendProblem(response, body);
}

/** Answers what a handler, or Express itself, has thrown. */
export function answerError({
  log,
  development,
}: Pick<RouterOptions, "log" | "development">): (
  error: unknown,
  request: Request,
  response: Response,
  next: NextFunction,
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

function onlyMethods(allow: string): (request: Request, response: Response) => void {
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

function upgradeRequired(): ConvoyError {
  return new ConvoyError(
    "websocket-required",
    'Live queries are served over a WebSocket, or to those who accept text/event-stream. A server that has others as well must pass its upgrade events on: server.on("upgrade", convoy.upgrade).',
    { status: 426 },
  );
}

function sendStatus(response: Response, status: string): void {
  response.setHeader("cache-control", "no-store");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ status }));
}

function urlTooLong(limit: number): ConvoyError {
  return new ConvoyError(
    "url-too-long",
    `The path is longer than ${limit} characters. Send arguments in the body.`,
    { status: 414 },
  );
}
