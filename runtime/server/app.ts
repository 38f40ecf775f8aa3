import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express, { type Router } from "express";
import helmet, { type HelmetOptions } from "helmet";
import type { Backend } from "./backend.js";
import { CallGate } from "./call-gate.js";
import { createCallRecorder } from "./call-recorder.js";
import { type AnswerCall, createAnswerCall } from "./http/answer-call.js";
import { answerError } from "./http/answer-error.js";
import { originRule } from "./http/origins.js";
import { problemOf } from "./http/problem.js";
import { BodyReader } from "./http/read-body.js";
import { createRouter, notFound, type RouterOptions } from "./http/router.js";
import { type ServerLimits, usualLimits } from "./limits.js";
import type { ServerLog } from "./log/server-log.js";
import { createMetrics } from "./metrics.js";
import type { LiveServer } from "../realtime/live-server.js";
import { Readiness } from "./readiness.js";
import { createLiveServer } from "./sync/create-live-server.js";
import { type UpgradeHandler, webSockets } from "./sync/web-sockets.js";

export interface AppOptions {
  readonly backend: Backend;
  readonly log: ServerLog;
  readonly limits?: Partial<ServerLimits>;
  /** Pages of these origins may call functions, besides the server's own: see `originPolicy`. */
  readonly allowedOrigins?: readonly string[];
  /** Where upgrades are taken that are meant for it. Default: wherever. */
  readonly path?: string;
  /** Whether clients are told what only a developer should read. */
  readonly development?: boolean;
}

/** The routes of a server, and what decides whether they answer. */
export interface Routes {
  readonly answerCall: AnswerCall;
  /** For what is no call. */
  readonly router: Router;
  readonly limits: ServerLimits;
  readonly gate: CallGate;
  readonly readiness: Readiness;
  readonly live: LiveServer;
  /** For the `upgrade` event of the server. */
  readonly upgrade: UpgradeHandler;
}

/** For answers that are data: whatever a browser could take them for, it may do nothing with them. */
const headers: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // For whoever ends TLS to decide: it binds all of a domain, and for long.
  strictTransportSecurity: false,
  // These say something of documents, and to browsers of long ago.
  originAgentCluster: false,
  crossOriginOpenerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/** A whole server but for its socket: see `listen`. */
export interface App extends Routes {
  readonly handle: RequestListener;
  readonly log: ServerLog;
}

/**
 * The routes alone, to be mounted among others.
 *
 * @param ofProcess whether the metrics are also those of the process.
 */
export function createRoutes(options: AppOptions, ofProcess = false): Routes {
  const { backend, log, allowedOrigins = [], path, development = false } = options;
  const limits = { ...usualLimits, ...options.limits };
  const gate = new CallGate(limits.runningCalls);
  const readiness = new Readiness({ check: () => backend.check(), log });
  const live = createLiveServer({ backend, limits, log, development });
  const metrics = createMetrics({
    running: () => gate.running,
    connections: () => backend.pool.size + backend.livePool.size,
    live: () => live.counts,
    process: ofProcess,
  });
  const functions = () => backend.code.functions;
  const recorder = createCallRecorder({ log, metrics, functions });
  backend.listen({
    strayed: (action, error) => recorder.strayed(action, problemOf(error, { development }), error),
  });
  const routerOptions: RouterOptions = {
    backend,
    gate,
    reader: new BodyReader(limits.bodyBytes, limits.arrivingBytes),
    recorder,
    metrics,
    readiness,
    log,
    limits,
    live,
    allowedOrigins,
    development,
  };
  const answerCall = createAnswerCall(routerOptions);
  const router = createRouter(routerOptions);
  const allowsOrigin = originRule(allowedOrigins);
  const upgrade = webSockets({
    live,
    log,
    allowsOrigin,
    development,
    ...(path !== undefined && { path }),
  });
  return { answerCall, router, limits, gate, readiness, live, upgrade };
}

/** The application that has a server to itself. */
export function createApp(options: AppOptions): App {
  const { log, development = false } = options;
  const routes = createRoutes(options, true);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // Nothing reads it.
  app.set("query parser", false);
  app.use(routes.router);
  app.use(notFound);
  app.use(answerError({ log, development }));
  const alwaysSent = constantHeaders();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of alwaysSent) response.setHeader(name, value);
    if (!routes.answerCall(request, response)) app(request, response);
  };
  return { ...routes, handle, log };
}

/** What `helmet` sets: the same for every answer. */
function constantHeaders(): ReadonlyMap<string, string> {
  const set = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => set.set(name, value),
    removeHeader: (name: string) => set.delete(name),
  };
  helmet(headers)({} as IncomingMessage, response as unknown as ServerResponse, () => {});
  return set;
}
