import type { FunctionKind } from "../../protocol/function-reference.js";
import type { FunctionRegistry } from "../functions/run/registry.js";
import { errorRecord } from "./log/error-record.js";
import type { ServerLog } from "./log/server-log.js";
import type { CallMetrics, CallOutcome } from "./metrics.js";
import type { Problem } from "./http/problem.js";

/** One call, from its arrival to its answer: says how it ended, once. */
export interface RecordedCall {
  /** @param unheard whether the client had gone by then. */
  succeeded(unheard: boolean): void;
  failed(problem: Problem, error: unknown): void;
  /** The client went away before all of its request was there. */
  aborted(): void;
}

/** Writes every call into the log and the metrics: who, how long, how it ended; never with what. */
export interface CallRecorder {
  begin(kind: FunctionKind, name: string, requestId: string): RecordedCall;
  /** A call that an action has left alone has failed after the action's end, so that no answer says so. */
  strayed(action: string, problem: Problem, error: unknown): void;
}

/** Characters of a name that somebody made up. */
const MAX_NAME = 200;

export function createCallRecorder(options: {
  readonly log: ServerLog;
  readonly metrics: CallMetrics;
  /** The functions that there are now. */
  readonly functions: () => FunctionRegistry;
}): CallRecorder {
  const { log, metrics } = options;
  return {
    begin(kind, name, requestId) {
      const started = performance.now();
      const known = isReachable(options.functions(), name);
      const end = (outcome: CallOutcome): object => {
        const seconds = (performance.now() - started) / 1000;
        metrics.called({ kind, name: known ? name : null, outcome, seconds });
        const durationMs = Math.round(seconds * 1e5) / 100;
        return { requestId, kind, function: name.slice(0, MAX_NAME), outcome, durationMs };
      };
      return {
        succeeded(unheard) {
          log.info({ ...end("ok"), status: 200, ...(unheard && { unheard }) }, "call");
        },
        failed({ body, isFault }, error) {
          const { status, code, errorId } = body;
          const fields = { ...end(status < 500 ? "refused" : "failed"), status, code };
          if (isFault) {
            log.error({ ...fields, errorId, error: errorRecord(error) }, "call failed");
          } else if (status >= 500) {
            log.warn({ ...fields, reason: (error as Error).message }, "call failed");
          } else {
            log.info(fields, "call");
          }
        },
        aborted() {
          log.info(end("aborted"), "call");
        },
      };
    },
    strayed(action, { body: { code, errorId } }, error) {
      log.error(
        { kind: "action", function: action, code, errorId, error: errorRecord(error) },
        "a call that the action does not await has failed after it",
      );
    },
  };
}

/** A name that a client may know: no series of metrics for what anybody can make up, or must not learn. */
function isReachable(functions: FunctionRegistry, name: string): boolean {
  return Object.hasOwn(functions, name) && functions[name]?.visibility === "public";
}
