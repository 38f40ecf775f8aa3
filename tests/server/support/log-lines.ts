import { createLog, type LogLevel } from "../../../runtime/server/log/create-log.js";
import type { ServerLog } from "../../../runtime/server/log/server-log.js";

/** A log that is kept. */
export interface LogLines {
  readonly log: ServerLog;
  /** All that was written. */
  text(): string;
  records(): readonly Record<string, unknown>[];
  /** What was written of one request, found by the answer's id. */
  of(answer: { readonly headers: Headers }): Record<string, unknown> | undefined;
}

export function logLines(level: LogLevel = "debug"): LogLines {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const records = (): Record<string, unknown>[] =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    log: createLog({ level, destination }),
    text: () => lines.join(""),
    records,
    of: ({ headers }) =>
      records().find(({ requestId }) => requestId === headers.get("x-request-id")),
  };
}
