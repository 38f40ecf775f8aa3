import { LiveServer } from "../../realtime/live-server.js";
import type { Backend } from "../backend.js";
import { problemOf, type ProblemOptions } from "../http/problem.js";
import type { ServerLimits } from "../limits.js";
import { errorRecord } from "../log/error-record.js";
import type { ServerLog } from "../log/server-log.js";

export interface CreateLiveServerOptions extends ProblemOptions {
  readonly backend: Backend;
  readonly limits: ServerLimits;
  readonly log: ServerLog;
}

/** The live queries of a backend, with what goes wrong in them in the log. */
export function createLiveServer({
  backend,
  limits,
  log,
  development,
}: CreateLiveServerOptions): LiveServer {
  const live = new LiveServer({
    pool: backend.livePool,
    program: () => backend.program(),
    limits,
    failed(name, error) {
      const { body, isFault } = problemOf(error, { development });
      const fields = { kind: "query", function: name, code: body.code, errorId: body.errorId };
      if (isFault) log.error({ ...fields, error: errorRecord(error) }, "live query failed");
      return { kind: "error", problem: body };
    },
    onError(error) {
      log.warn({ error: errorRecord(error) }, "live queries wait for the database");
    },
    onTrimError(error) {
      log.warn(
        { error: errorRecord(error) },
        "old ids of mutations could not be deleted; tried again",
      );
    },
  });
  backend.listen({
    mutated: (id) => live.mutated(id),
    replaced: () => live.replaced(),
  });
  return live;
}
