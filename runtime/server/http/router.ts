import { type Request, type Response, Router } from "express";
import { ConvoyError } from "../../../protocol/errors.js";
import { SYNC_PATH } from "../../../protocol/sync.js";
import { type CallGate, shuttingDown } from "../call-gate.js";
import type { Metrics } from "../metrics.js";
import type { Readiness } from "../readiness.js";
import type { AnswerCallOptions } from "./answer-call.js";
import { answerError } from "./answer-error.js";
import { type EventStreamOptions, openEventStream, receiveMessages } from "../sync/event-stream.js";
import { onlyMethods } from "./methods.js";
import { originPolicy } from "./origins.js";
import { problemOf, sendProblem } from "./problem.js";

export interface RouterOptions extends AnswerCallOptions, EventStreamOptions {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly gate: CallGate;
}

/** All that a server answers besides calls. What is none of it goes on to whatever comes next. */
export function createRouter(options: RouterOptions): Router {
  const { allowedOrigins, readiness, metrics, gate } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const checkOrigin = originPolicy(allowedOrigins);
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
