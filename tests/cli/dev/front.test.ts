import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer, type Server } from "node:http";
import { expect, test } from "vitest";
import { type Front, openFront } from "../../../cli/dev/front.js";
import { ResponseReader } from "../../../cli/dev/response-reader.js";

interface Version extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
}

/** A server that answers with its name, and with what it was sent. */
async function version(name: string): Promise<Version> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      if (request.url === "/chunks") response.flushHeaders();
      if (request.url !== "/never") response.end(`${name} ${body}.`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Client extends Disposable {
  readonly socket: Socket;
  /** Sends a request. @returns what is answered, up to the first dot of the body. */
  ask(path: string, body: string): Promise<string>;
}

async function client(front: Front): Promise<Client> {
  const socket = connect(front.port, "127.0.0.1").setEncoding("latin1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return {
    socket,
    async ask(path, body) {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      for (let text = ""; ; ) {
        const [chunk] = (await once(socket, "data")) as [string];
        text += chunk;
        const answer = /(?:one|two) [^.]*(?=\.)/.exec(text)?.[0];
        if (answer !== undefined) return answer;
      }
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

test("a connection that is kept is served by the version that came after the last answer", async () => {
  await using front = await openFront(0);
  using early = await client(front);
  const waits = early.ask("/", "hello");
  await using one = await version("one");
  await using two = await version("two");
  front.switchTo(one.port);
  expect(await waits).toBe("one hello");
  using idle = await client(front);
  expect(await idle.ask("/", "a")).toBe("one a");

  front.switchTo(two.port);
  expect(await early.ask("/", "again")).toBe("two again");
  // The first version goes before the next request, and the client does not notice.
  const closed = once(one.server, "close");
  one.server.close();
  one.server.closeIdleConnections();
  await closed;
  expect(await idle.ask("/", "b")).toBe("two b");
  const long = "c".repeat(300_000);
  expect(await idle.ask("/", long)).toBe(`two ${long}`);
});

test("what a version has not answered ends with it", async () => {
  await using front = await openFront(0);
  await using one = await version("one");
  await using two = await version("two");
  front.switchTo(one.port);
  using asks = await client(front);
  using streams = await client(front);
  const asked = once(one.server, "request");
  void asks.ask("/never", "a");
  await asked;
  // Where it cannot tell whether an answer has ended, either.
  expect(await streams.ask("/chunks", "a")).toBe("one a");
  front.switchTo(two.port);
  let reached = 0;
  two.server.on("connection", () => reached++);
  const closed = Promise.all([once(asks.socket, "close"), once(streams.socket, "close")]);
  one.server.closeAllConnections();
  await closed;
  expect(reached).toBe(0);
});

test("an answer is complete when all that its head promised is there", () => {
  const answers: readonly (readonly [string, boolean])[] = [
    ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true],
    ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no", false],
    ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok?", false],
    ["HTTP/1.1 200 OK\r\nContent-Length: 2", false],
    ["HTTP/1.1 204 No Content\r\nvary: origin\r\n\r\n", true],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", false],
    ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: close\r\n\r\n", false],
    ["HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n", false],
    ["HTTP/1.1 100 Continue\r\n\r\n", false],
    [`HTTP/1.1 200 OK\r\nx: ${"x".repeat(17_000)}`, false],
  ];
  for (const [answer, isComplete] of answers) {
    for (const size of [1, 7, answer.length]) {
      const reader = new ResponseReader();
      expect(reader.isComplete).toBe(true);
      reader.expect();
      expect(reader.isComplete).toBe(false);
      for (let at = 0; at < answer.length; at += size) {
        reader.push(Buffer.from(answer.slice(at, at + size)));
      }
      expect(reader.isComplete, answer.slice(0, 80)).toBe(isComplete);
    }
  }
  const twice = new ResponseReader();
  twice.expect();
  twice.expect();
  twice.push(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"));
  expect(twice.isComplete).toBe(false);
});
