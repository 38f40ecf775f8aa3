import { once } from "node:events";
import { expect, test } from "vitest";
import { CallGate } from "../../runtime/server/call-gate.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { builders } from "./support/notes-project.js";
import { connect } from "./support/raw-request.js";
import { startTestServer, type TestServerOptions } from "./support/test-server.js";

const { action } = builders;

interface Waiting {
  readonly functions: NonNullable<TestServerOptions["functions"]>;
  running(): boolean;
  letGo(): void;
}

/** A function that ends when it is let go. */
function waitingFunction(): Waiting {
  let resolve: ((value: string) => void) | null = null;
  return {
    functions: {
      "slow.wait": action({
        handler: () =>
          new Promise<string>((resolveCall) => {
            resolve = resolveCall;
          }),
      }),
    },
    running: () => resolve !== null,
    letGo: () => resolve?.("ended in peace"),
  };
}

test("a server that stops takes no more, and lets the running calls end", async () => {
  const waiting = waitingFunction();
  await using server = await startTestServer(waiting);
  const idle = await connect(server.url);
  idle.write("GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(idle, "data");
  const running = server.post("/api/action/slow.wait");
  await waitUntil("the call runs", waiting.running);

  const idleClosed = new Promise<void>((resolve) => {
    idle.once("close", () => resolve());
  });
  const closed = server.listening.close();
  await idleClosed;
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow("fetch failed");

  waiting.letGo();
  const { json, headers } = await running;
  expect(json).toEqual({ value: "ended in peace" });
  expect(headers.get("connection")).toBe("close");
  await closed;
});

test("a connection that is still open is told that the server stops", async () => {
  const waiting = waitingFunction();
  await using server = await startTestServer(waiting);
  const socket = await connect(server.url);
  // Half of a request: the connection is not idle.
  socket.write("POST /api/query/notes.count HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n");
  await server.fetch("/healthz");
  const running = server.post("/api/action/slow.wait");
  await waitUntil("the call runs", waiting.running);
  const closed = server.listening.close();
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  socket.write("content-type: application/json\r\n\r\n{}");
  await ended;
  expect(text).toMatch(/^HTTP\/1.1 503 /);
  expect(text).toContain('"code":"server-shutting-down"');
  expect(text.toLowerCase()).toContain("connection: close");
  waiting.letGo();
  await running;
  await closed;
});

test("a server does not wait for a call that never ends", async () => {
  const waiting = waitingFunction();
  await using server = await startTestServer({ ...waiting, limits: { drainMs: 50 } });
  const given = server.post("/api/action/slow.wait").catch((error: unknown) => error);
  await waitUntil("the call runs", waiting.running);
  await server.listening.close();
  expect(await given).toBeInstanceOf(Error);
  expect(server.logs.records()).toContainEqual(
    expect.objectContaining({ level: "warn", running: 1 }),
  );
  waiting.letGo();
  await waitUntil("it has ended after all", () => server.app.gate.running === 0);
});

test("a gate counts, refuses, and tells when nothing runs any more", async () => {
  const gate = new CallGate(2);
  expect(await gate.idle(0)).toBe(true);
  gate.enter();
  gate.enter();
  expect(() => gate.enter()).toThrow("runs 2 calls already");
  expect(await gate.idle(1)).toBe(false);
  const idle = gate.idle(60_000);
  gate.leave();
  gate.close();
  expect(() => gate.enter()).toThrow("shutting down");
  gate.leave();
  expect(await idle).toBe(true);
});
