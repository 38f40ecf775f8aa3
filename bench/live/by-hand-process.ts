/**
 * What a person writes who knows the one query that is watched: a trigger that says whose projects
 * have changed, a connection that listens, one SELECT, and the whole result to who watches it. It
 * speaks as much of the protocol as the watchers need.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { type ClientMessages, SYNC_PROTOCOL } from "../../protocol/sync.js";
import { answerAll } from "./child.js";
import type { ServerAnswer, ServerCommand } from "./server.js";

const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
await pool.query(`
  create function tell() returns trigger language plpgsql as $$
    begin perform pg_notify('by_hand', new.doc->>'userId'); return null; end $$;
  create trigger tell after insert on projects for each row execute function tell()`);

const latest = {
  name: "latest",
  text: `select id, doc from projects where ((doc->>'userId')::uuid) = $1
    order by ((doc->>'createdAt')::float8) desc nulls last, id desc limit 20`,
};
const watches = new Map<string, { readonly socket: WebSocket; readonly id: number }[]>();
let runs = 0;

async function read(userId: string): Promise<string> {
  runs += 1;
  const { rows } = await pool.query<{ id: string; doc: object }>({ ...latest, values: [userId] });
  return JSON.stringify(rows.map(({ id, doc }) => ({ _id: id, ...doc })));
}

function send(socket: WebSocket, id: number, json: string): void {
  socket.send(`{"type":"transition","changes":[{"id":${id},"value":${json}}]}`);
}

const listener = await pool.connect();
listener.on("notification", ({ payload = "" }) => {
  const watched = watches.get(payload);
  if (watched === undefined) return;
  void read(payload).then((json) => {
    for (const { socket, id } of watched) send(socket, id, json);
  });
});
await listener.query("listen by_hand");

const http = createServer();
const sockets = new WebSocketServer({ server: http, handleProtocols: () => SYNC_PROTOCOL });
sockets.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => {
    for (const message of JSON.parse(data.toString()) as ClientMessages) {
      if (message.type !== "watch") continue;
      for (const { id, args } of message.queries) {
        const { userId } = args as { readonly userId: string };
        const watched = watches.get(userId);
        if (watched === undefined) watches.set(userId, [{ socket, id }]);
        else watched.push({ socket, id });
        void read(userId).then((json) => send(socket, id, json));
      }
    }
  });
});
await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

answerAll<ServerCommand, ServerAnswer>(async () => {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const cpuMs = (user + system) / 1e3;
  return { url, committedAt: 0, cpuMs, held: heapUsed + external, rss, runs, ticks: 0 };
});
