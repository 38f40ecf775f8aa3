import { ConvoyError } from "../../../protocol/errors.js";
import type { ServerMessage } from "../../../protocol/sync.js";
import { SYNC_PING_MS } from "../../../protocol/sync.js";
import type { ClientEnvironment, Fetch } from "../../environment.js";
import { PASSING_STATUSES, readProblem } from "../read-answer.js";
import type { Channel, ChannelEvents } from "./channel.js";

const DATA = "data:";

/** Not that of JSON: what an application has before Convoy to read that would read it, up to its own limit. */
const STREAM_TYPE = "application/convoy";

/** Where there is no WebSocket: server-sent events one way, requests the other. */
export function openEventStream(
  environment: ClientEnvironment,
  url: string,
  events: ChannelEvents,
): Channel {
  const controller = new AbortController();
  const { signal } = controller;
  let session: string | null = null;
  let sent: Promise<void> = Promise.resolve();

  const end = (error: unknown): void => {
    if (signal.aborted) return;
    controller.abort();
    events.onEnd(undefined, error instanceof ConvoyError ? error : undefined);
  };

  async function receive(): Promise<void> {
    const headers = { accept: "text/event-stream" };
    const response = await environment.fetch(url, { method: "GET", headers, signal });
    const reader = response.ok ? response.body?.getReader() : undefined;
    if (reader === undefined) throw await refusalIn(response);
    const decoder = new TextDecoder();
    // Of a line that has not ended. Long ones come in many parts, and none is looked at twice.
    let line: string[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return end(null);
      events.onBytes();
      const [part = "", ...starts] = decoder.decode(value, { stream: true }).split("\n");
      line.push(part);
      for (const start of starts) {
        if (signal.aborted) return;
        deliver(line.join(""));
        line = [start];
      }
    }
  }

  /** An event is one line, and JSON has no line feeds. Regular expressions see line ends in its texts. */
  function deliver(line: string): void {
    // Else the end of an event, or a comment, which keeps the connection open.
    if (!line.startsWith(DATA)) return;
    const data = line.slice(DATA.length);
    events.onMessage(data);
    if (session !== null || signal.aborted) return;
    ({ session } = JSON.parse(data) as ServerMessage & { session: string });
    events.onOpen();
  }

  async function post(body: string): Promise<void> {
    if (signal.aborted) return;
    const timer = environment.setTimeout(() => end(null), 2 * SYNC_PING_MS);
    try {
      const response = await environment.fetch(`${url}?session=${session}`, {
        method: "POST",
        headers: { "content-type": STREAM_TYPE },
        body,
        signal,
      });
      if (!response.ok) throw await refusalIn(response);
      await response.text();
    } finally {
      environment.clearTimeout(timer);
    }
  }

  receive().catch(end);
  return {
    send(text) {
      sent = sent.then(() => post(text)).catch(end);
    },
    close: () => controller.abort(),
  };
}

async function refusalIn(response: Awaited<ReturnType<Fetch>>): Promise<ConvoyError> {
  const { status } = response;
  let cause: unknown;
  try {
    const problem = readProblem(JSON.parse(await response.text()), status);
    if (problem !== null) return problem;
  } catch (error) {
    cause = error;
  }
  return new ConvoyError(
    "bad-response",
    `The answer to live queries (status ${status}) is not from a Convoy server. Check the client's url, and the proxies behind it.`,
    { status, retryable: PASSING_STATUSES.has(status), cause },
  );
}
