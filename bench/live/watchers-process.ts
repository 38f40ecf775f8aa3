/** Clients that watch queries, and note when they are told of what. They do nothing with it. */
import { WebSocket } from "ws";
import { answerAll, now } from "./child.js";
import { type Dialect, dialects } from "./dialect.js";
import type { Watched, WatchersAnswer, WatchersCommand } from "./watchers.js";

interface Connection {
  socket: WebSocket;
  readonly queries: readonly Watched[];
  /** Of the results that it has. */
  readonly hashes: Map<number, string>;
}

interface Group {
  readonly url: string;
  readonly dialect: Dialect;
  readonly connections: readonly Connection[];
}

const groups = new Map<string, Group>();
const marks = new Map<string, number[]>();
let onMark = (): void => {};
let clients = 0;

answerAll<WatchersCommand, WatchersAnswer>(async (command) => {
  switch (command.type) {
    case "open": {
      const { group, url } = command;
      const dialect: Dialect = dialects[command.dialect];
      const connections = command.connections.map(
        (queries): Connection => ({ socket: open(url, dialect), queries, hashes: new Map() }),
      );
      groups.set(group, { url, dialect, connections });
      return await untilCurrent(connections, dialect);
    }
    case "hear":
      return { ms: 0, bytes: 0, times: await heard(command.mark, command.count) };
    case "reconnect": {
      const { url, dialect, connections } = groupOf(command.group);
      for (const connection of connections) {
        connection.socket.terminate();
        connection.socket = open(url, dialect);
      }
      return await untilCurrent(connections, dialect);
    }
    case "close": {
      const { connections } = groupOf(command.group);
      groups.delete(command.group);
      await Promise.all(
        connections.map(
          ({ socket }) =>
            new Promise<void>((resolve) => {
              socket.once("close", () => resolve());
              socket.close();
            }),
        ),
      );
      return { ms: 0, bytes: 0, times: [] };
    }
  }
});

function open(url: string, { path, protocols }: Dialect): WebSocket {
  return new WebSocket(`${url.replace("http", "ws")}${path}`, [...protocols], {
    perMessageDeflate: false,
  });
}

/** Resolves when each connection was told of each of its queries. */
async function untilCurrent(
  connections: readonly Connection[],
  dialect: Dialect,
): Promise<WatchersAnswer> {
  const started = now();
  const bytes = await Promise.all(connections.map((connection) => watch(connection, dialect)));
  return { ms: now() - started, bytes: bytes.reduce((a, b) => a + b, 0), times: [] };
}

/** @returns the bytes that it took until all was there. */
function watch({ socket, queries, hashes }: Connection, dialect: Dialect): Promise<number> {
  const clientId = `bench-${clients++}`;
  const send = (texts: readonly string[]): void => texts.forEach((text) => socket.send(text));
  return new Promise((resolve, reject) => {
    const left = new Set(queries.keys());
    let bytes = 0;
    socket.on("error", reject);
    socket.on("open", () => send(dialect.connect(clientId, queries, hashes)));
    socket.on("message", (data: Buffer) => {
      const at = now();
      const text = data.toString("latin1");
      const mark = /mark-\w+/.exec(text)?.[0];
      if (mark !== undefined) note(mark, at);
      // From here on it costs time that others wait for, in this process.
      if (left.size === 0) return;
      try {
        const progress = dialect.read(text, queries);
        send(progress.send ?? []);
        for (const { id, hash } of progress.answered ?? []) {
          if (hash !== undefined) hashes.set(id, hash);
          left.delete(id);
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      bytes += data.length;
      if (left.size === 0) resolve(bytes);
    });
  });
}

function note(mark: string, at: number): void {
  const times = marks.get(mark);
  if (times === undefined) marks.set(mark, [at]);
  else times.push(at);
  onMark();
}

function heard(mark: string, count: number): Promise<readonly number[]> {
  return new Promise((resolve) => {
    onMark = () => {
      const times = marks.get(mark) ?? [];
      if (times.length < count) return;
      onMark = () => {};
      marks.delete(mark);
      resolve(times);
    };
    onMark();
  });
}

function groupOf(name: string): Group {
  const group = groups.get(name);
  if (group === undefined) throw new Error(`There is no group ${name}.`);
  return group;
}
