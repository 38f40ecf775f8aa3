import type { IncomingMessage, ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import type { FunctionKind } from "../../../protocol/function-reference.js";
import { CLIENT_ID_HEADER, JSON_TYPE, MUTATION_ID_HEADER } from "../../../protocol/http.js";
import type { MutationId } from "../../database/transactions/ledger.js";
import type { Backend } from "../backend.js";
import type { CallGate } from "../call-gate.js";
import type { CallRecorder } from "../call-recorder.js";
import { problemOf, type ProblemOptions, sendProblem } from "./problem.js";
import { readArguments } from "./read-arguments.js";
import { type BodyReader, RequestAborted } from "./read-body.js";
import { identifyRequest } from "./request-id.js";

export interface CallRouteOptions extends ProblemOptions {
  readonly backend: Pick<Backend, "run">;
  readonly gate: CallGate;
  readonly reader: BodyReader;
  readonly recorder: CallRecorder;
}

/** Answers a call: `POST /api/query/<name>`. Never rejects. */
export type CallRoute = (
  kind: FunctionKind,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

export function callRoute({
  backend,
  gate,
  reader,
  recorder,
  development,
}: CallRouteOptions): CallRoute {
  return async (kind, name, request, response) => {
    const call = recorder.begin(kind, name, identifyRequest(request, response));
    let inside = false;
    try {
      if (gate.closed) response.setHeader("connection", "close");
      const mutationId = kind === "mutation" ? mutationIdOf(request) : undefined;
      const args = await readArguments(request, reader);
      gate.enter();
      inside = true;
      const json = await backend.run({ kind, name, args, ...(mutationId && { mutationId }) });
      sendValue(response, json, gate);
      call.succeeded(response.destroyed);
    } catch (error) {
      if (error instanceof RequestAborted) return call.aborted();
      const problem = problemOf(error, { development });
      sendProblem(response, problem.body);
      call.failed(problem, error);
    } finally {
      if (inside) gate.leave();
    }
  };
}

function mutationIdOf({ headers }: IncomingMessage): MutationId | undefined {
  const clientId = headers[CLIENT_ID_HEADER];
  const mutationId = headers[MUTATION_ID_HEADER];
  if (typeof clientId === "string" && typeof mutationId === "string") {
    return { clientId, mutationId };
  }
  if (clientId === undefined && mutationId === undefined) return undefined;
  throw new ConvoyError(
    "invalid-mutation-id",
    `Only one of the headers ${CLIENT_ID_HEADER} and ${MUTATION_ID_HEADER} is there. Send both, or none.`,
    { status: 400 },
  );
}

function sendValue(response: ServerResponse, json: string, gate: CallGate): void {
  if (response.destroyed) return;
  const body = `{"value":${json}}`;
  response.setHeader("content-type", JSON_TYPE);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  if (gate.closed) response.setHeader("connection", "close");
  response.end(body);
}
