import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, startTestServer, type TestServer } from "./support/test-server.js";

const allowedOrigins = ["https://app.example.com", "http://localhost:*"];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ allowedOrigins });
});
afterAll(() => server[Symbol.asyncDispose]());

function from(origin: string, headers: Record<string, string> = {}): Promise<Answer> {
  return server.post("/api/query/notes.count", {}, { origin, ...headers });
}

function preflight(origin: string): Promise<Answer> {
  return server.fetch("/api/mutation/notes.add", {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,convoy-client-id",
    },
  });
}

test.each(["https://app.example.com", "http://localhost:5173", "http://localhost"])(
  "a page of %s may call, as it was allowed",
  async (origin) => {
    const answer = await from(origin);
    expect(answer.json).toEqual({ value: 0 });
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("vary")).toBe("origin");
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(origin);
    expect(asked.headers.get("access-control-allow-methods")).toBe("GET, POST");
    for (const name of [
      "content-type",
      "authorization",
      "convoy-client-id",
      "convoy-mutation-id",
    ]) {
      expect(asked.headers.get("access-control-allow-headers")).toContain(name);
    }
  },
);

test.each([
  "https://evil.example.com",
  "http://app.example.com",
  "https://app.example.com.evil.com",
  "http://localhost.evil.com",
  "http://localhost:5173.evil.com",
  "https://localhost:5173",
  "null",
])("a page of %s may not, and nothing runs", async (origin) => {
  const before = server.logs.records().length;
  const answer = await from(origin);
  expect(answer.json).toMatchObject({ status: 403, code: "origin-not-allowed" });
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  const asked = await preflight(origin);
  expect(asked.status).toBe(403);
  expect(server.logs.records().length).toBe(before);
});

test("a page of the server's own may, behind a proxy too", async () => {
  const { host, origin } = new URL(server.url);
  expect((await from(origin)).status).toBe(200);
  expect((await from(`https://${host}`)).status).toBe(200);
  const page = "https://proxy.example.com";
  expect((await from(page, { "x-forwarded-host": "proxy.example.com" })).status).toBe(200);
  expect((await from(page, { "sec-fetch-site": "same-origin" })).status).toBe(200);
  expect((await from(page, { "sec-fetch-site": "same-site" })).status).toBe(403);
});

test("an error can be read by the page that is allowed to call", async () => {
  const answer = await server.post("/api/query/nope.nope", {}, { origin: "http://localhost:1" });
  expect(answer.status).toBe(404);
  expect(answer.headers.get("access-control-allow-origin")).toBe("http://localhost:1");
});

test("with a star every page may", async () => {
  await using open = await startTestServer({ allowedOrigins: ["*"] });
  const answer = await open.post("/api/query/notes.count", {}, { origin: "https://any.example" });
  expect(answer.status).toBe(200);
});
