/**
 * A promise that a handler may leave alone. That it did so fails the call that it belongs to, which
 * says why; the process must not end for it as well, as Node would have it.
 */
export function unlessUnawaited<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}
