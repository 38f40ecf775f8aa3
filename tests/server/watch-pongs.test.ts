import { once } from "node:events";
import { createServer } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { queuedBytes, watchPongs } from "../../runtime/server/sync/watch-pongs.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { type ManualClock, manualClock } from "../realtime/changes/manual-clock.js";

/** More than the network takes by itself. */
const MESSAGE = "x".repeat(48 * 1024 * 1024);

interface Connected extends AsyncDisposable {
  readonly clock: ManualClock;
  /** The server's end, and what is below it. */
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly client: WebSocket;
  /** Lets the client have more, until the server notices; or all that there is. */
  takeSome(): Promise<void>;
  takeAll(): void;
}

/** A client behind a link that takes what it is told to. */
async function connect(): Promise<Connected> {
  const clock = manualClock();
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const accepted = new Promise<{ webSocket: WebSocket; socket: Duplex }>((resolve) => {
    server.on("upgrade", (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => resolve({ webSocket, socket })),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let below: net.Socket | null = null;
  const link = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    below = far;
    near.pipe(far);
    far.pipe(near);
    for (const end of [near, far]) end.on("error", () => {}).on("close", () => near.destroy());
  });
  link.listen(0, "127.0.0.1");
  await once(link, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(link.address() as AddressInfo).port}`, {
    maxPayload: 2 * MESSAGE.length,
  });
  client.on("error", () => {});
  const { webSocket, socket } = await accepted;
  await once(client, "open");
  webSocket.on("close", watchPongs(webSocket, socket, clock));
  return {
    clock,
    webSocket,
    socket,
    client,
    async takeSome() {
      const before = queuedBytes(socket);
      below?.resume();
      await waitUntil("some is taken", () => queuedBytes(socket) !== before || before === 0);
      below?.pause();
    },
    takeAll: () => void below?.resume(),
    async [Symbol.asyncDispose]() {
      for (const end of [client, webSocket]) end.terminate();
      link.close();
      server.close();
      await Promise.all([once(link, "close"), once(server, "close")]);
    },
  };
}

test("a client to whom a long message is still on its way is there", async () => {
  await using connected = await connect();
  const { clock, webSocket, client } = connected;
  const received = once(client, "message");
  webSocket.send(MESSAGE);
  for (let ping = 1; ping <= 6; ping += 1) {
    clock.next();
    expect(webSocket.readyState).toBe(WebSocket.OPEN);
    await connected.takeSome();
  }
  connected.takeAll();
  const [data] = (await received) as [Buffer];
  expect(data).toHaveLength(MESSAGE.length);
});

test("a client that takes nothing any more has gone", async () => {
  await using connected = await connect();
  const { clock, webSocket } = connected;
  const closed = once(webSocket, "close");
  webSocket.send(MESSAGE);
  await connected.takeSome();
  for (let ping = 1; ping <= 3 && clock.waiting.length > 0; ping += 1) clock.next();
  await closed;
  expect(clock.waiting).toEqual([]);
});

test("a client that answers pings is there, and one that does not has gone", async () => {
  await using connected = await connect();
  const { clock, webSocket, client } = connected;
  for (let ping = 1; ping <= 3; ping += 1) {
    const answered = once(webSocket, "pong");
    clock.next();
    await answered;
  }
  client.pause();
  const closed = once(webSocket, "close");
  for (let ping = 1; ping <= 2; ping += 1) clock.next();
  await closed;
  expect(clock.waiting).toEqual([]);
});
