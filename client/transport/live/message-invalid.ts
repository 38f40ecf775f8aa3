import { ConvoyError } from "../../../protocol/errors.js";

/** What a connection ends with over which something came that no Convoy server sends. */
export function messageInvalid(cause?: unknown): ConvoyError {
  return new ConvoyError(
    "sync-message-invalid",
    "The server sent a message about live queries that this client cannot read. Check that both have the same version of Convoy, and the proxies between them.",
    { status: 502, retryable: true, cause },
  );
}
