import { ConvoyError } from "../../protocol/errors.js";

export interface Cancellation {
  readonly signal: AbortSignal;
  /** Lets go of the signals that it follows. */
  release(): void;
}

/**
 * A signal that is aborted with the first of `signals`. Not `AbortSignal.any`, which lets what it makes pile up on a signal as old
 * as the client.
 */
export function cancelledBy(signals: ReadonlyArray<AbortSignal | undefined>): Cancellation {
  const controller = new AbortController();
  const releases = signals.map((signal) => {
    const abort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    return () => signal?.removeEventListener("abort", abort);
  });
  return {
    signal: controller.signal,
    release() {
      for (const release of releases) release();
    },
  };
}

/** What a call ends with whose signal is aborted. */
export function abortError(signal: AbortSignal): ConvoyError {
  const reason: unknown = signal.reason;
  if (reason instanceof ConvoyError) return reason;
  return new ConvoyError(
    "aborted",
    "The call was aborted by its signal. The server may have run it.",
    { status: 499, cause: reason },
  );
}
