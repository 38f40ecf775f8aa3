import { ConvoyError } from "../../protocol/errors.js";
import {
  CLIENT_ID_HEADER,
  functionPath,
  JSON_TYPE,
  MUTATION_ID_HEADER,
} from "../../protocol/http.js";
import type { ClientEnvironment } from "../environment.js";
import { abortError } from "./cancellation.js";
import { readAnswer } from "./read-answer.js";
import { baseUrl } from "./server-url.js";
import type { FunctionCall, Transport } from "./transport.js";

export interface HttpTransportOptions {
  /** What comes before `/api/…`; empty for the origin of the page. */
  readonly url: string;
  /** How long a call may take, its answer included. */
  readonly timeoutMs: number;
  readonly environment: ClientEnvironment;
  /** Called after each call with whether the server could be reached. */
  readonly onContact: (isReached: boolean) => void;
}

/** Sends each call as an HTTP request of its own. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  return {
    async call(call) {
      // Not before: a page that is rendered on a server has a client, but no origin.
      const base = baseUrl(options.url);
      const { response, text } = await request(call, base, options).catch((error: unknown) => {
        // All but its own signal, which says nothing of the server.
        if ((error as ConvoyError).retryable) options.onContact(false);
        throw error;
      });
      options.onContact(true);
      return readAnswer(call, response, text);
    },
  };
}

interface Answer {
  readonly response: { readonly ok: boolean; readonly status: number };
  readonly text: string;
}

/** Ends with the signal and the timeout even where a `fetch` that was handed in ignores both. */
function request(
  call: FunctionCall,
  base: string,
  { environment, timeoutMs }: HttpTransportOptions,
): Promise<Answer> {
  const { kind, name, body, mutation, signal } = call;
  const controller = new AbortController();
  const headers: Record<string, string> = { "content-type": JSON_TYPE };
  if (mutation !== undefined) {
    headers[CLIENT_ID_HEADER] = mutation.clientId;
    headers[MUTATION_ID_HEADER] = String(mutation.mutationId);
  }
  return new Promise<Answer>((resolve, reject) => {
    const abort = (): void => end(abortError(signal));
    const timer = environment.setTimeout(() => end(timeoutError(call, timeoutMs)), timeoutMs);
    const end = (outcome: ConvoyError | Answer): void => {
      environment.clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (!(outcome instanceof ConvoyError)) return resolve(outcome);
      reject(outcome);
      controller.abort();
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    const send = async (): Promise<Answer> => {
      const init = { method: "POST", headers, body, signal: controller.signal };
      const response = await environment.fetch(base + functionPath(kind, name), init);
      return { response, text: await response.text() };
    };
    send().then(end, (cause: unknown) => end(networkError(call, base, cause)));
  });
}

function networkError({ kind, name }: FunctionCall, base: string, cause: unknown): ConvoyError {
  return new ConvoyError(
    "network-error",
    `The server${base === "" ? "" : ` at ${base}`} could not be reached for the ${kind} "${name}". Check the connection, and that the server runs.`,
    { status: 503, retryable: true, cause },
  );
}

function timeoutError({ kind, name }: FunctionCall, timeoutMs: number): ConvoyError {
  return new ConvoyError(
    "request-timeout",
    `The ${kind} "${name}" was not answered within ${timeoutMs} ms. Try again, or give the client a longer timeoutMs.`,
    { status: 504, retryable: true },
  );
}
