import { createConvoyClient } from "../../client/index.js";
import { ConvoyError } from "../../protocol/errors.js";
import { createApi, type FunctionReference } from "../../protocol/function-reference.js";
import { decodeWire, encodeWire } from "../../protocol/wire-value.js";
import type { RunOptions } from "./run.js";
import { kindOf, parseArguments } from "./run.js";

export interface WatchOptions extends RunOptions {
  readonly signal: AbortSignal;
  /** In wire form. */
  readonly onResult: (value: unknown) => void;
  readonly onError: (error: ConvoyError) => void;
  /** The server has gone, or has come back. */
  readonly onConnection: (isConnected: boolean) => void;
}

/**
 * Shows the results of a query of a running server, one after the other, until the signal.
 *
 * @throws {ConvoyError} where there is no such query, or the arguments are no JSON.
 */
export async function watchFunction(options: WatchOptions): Promise<void> {
  const { url, name, args, root, environment, signal, onResult, onError, onConnection } = options;
  const kind = await kindOf(name, root, environment);
  if (kind !== "query") {
    throw new ConvoyError(
      "not-a-query",
      `"${name}" is a ${kind}, and only queries can be watched. Run it without --watch.`,
    );
  }
  const values = decodeWire(parseArguments(args));
  await using client = createConvoyClient({ url });
  let wasConnected: boolean | null = null;
  client.connection.subscribe(() => {
    const { status } = client.connection.state;
    const isConnected = status === "connecting" ? wasConnected : status === "connected";
    if (isConnected === null || isConnected === wasConnected) return;
    // That it is connected at first is no news.
    if (wasConnected !== null || !isConnected) onConnection(isConnected);
    wasConnected = isConnected;
  });
  const show = (value: unknown): void => onResult(encodeWire(value));
  client.subscribe(referenceTo(name), values, show, onError);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/** `admin/users.list` is `api.admin.users.list`. */
function referenceTo(name: string): FunctionReference<"query", "public"> {
  let reference: unknown = createApi<object>();
  for (const part of name.split(/[/.]/)) {
    reference = (reference as Readonly<Record<string, unknown>>)[part];
  }
  return reference as FunctionReference<"query", "public">;
}
