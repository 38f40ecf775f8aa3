import { randomUUID } from "node:crypto";
import { errorRecord } from "./log/error-record.js";
import type { ServerLog } from "./log/server-log.js";

/**
 * Catches what a project's code throws where no call can: in a promise that nobody awaits, which is
 * logged and otherwise left alone, and in a timer or an event, after which Node itself may be in an
 * odd state: the server should end, and be started again.
 *
 * For a process that is a server of Convoy's and nothing else.
 */
export function catchStrayErrors(log: ServerLog, onFatal: () => void): void {
  catchStrayRejections(log);
  process.on("uncaughtException", (error) => {
    log.fatal(
      { errorId: randomUUID(), error: errorRecord(error) },
      "an error was thrown outside of every call; the server ends",
    );
    onFatal();
  });
}

/** The same of promises alone: what is thrown elsewhere ends the process, as Node has it. */
export function catchStrayRejections(log: ServerLog): void {
  process.on("unhandledRejection", (error) => {
    log.error(
      { errorId: randomUUID(), error: errorRecord(error) },
      "a promise was rejected that nothing awaits; the server goes on",
    );
  });
}
