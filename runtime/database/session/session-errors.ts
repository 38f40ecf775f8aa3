import { ConvoyError } from "../../../protocol/errors.js";

/** What is sent once the handler has ended. */
export function endedError(): ConvoyError {
  return new ConvoyError(
    "transaction-ended",
    "The database was called after the query or mutation had ended. Await every call on ctx before the handler returns.",
  );
}

/** Never seen by a caller of the function: its answer is that of the attempt that follows. */
export function restarted(): ConvoyError {
  return new ConvoyError(
    "transaction-restarted",
    "This attempt at the transaction was given up, and the handler runs again. Let this error through.",
    { status: 503, retryable: true },
  );
}
