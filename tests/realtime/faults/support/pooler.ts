import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Client } from "pg";
import type { Random } from "../../../support/random.js";
import { type Frame, Frames, frame, stringsOf } from "./frames.js";

/** A connection to Postgres, which one transaction after the other is given. */
interface Backend {
  readonly client: Client;
  readonly stream: Socket;
  readonly frames: Frames;
  /** The statements that it has, as this pooler calls them. */
  readonly prepared: Set<string>;
  user: Session | null;
  /** Answers to what the pooler itself has sent that are still to come. */
  own: number;
}

interface Session {
  readonly id: number;
  readonly socket: Socket;
  readonly frames: Frames;
  /** The messages that made its statements, by the names that this pooler gives them. */
  readonly statements: Map<string, Buffer>;
  readonly waiting: Frame[];
  backend: Backend | null;
  /** What it has asked for and was not answered. */
  asked: number;
}

/**
 * As PgBouncer 1.21 and later in transaction mode: a transaction gets any connection, so that nothing
 * of a session stays. Startup options are refused, prepared statements are made again where they are
 * missing, and what is notified reaches nobody.
 */
export class Pooler implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #random: Random;
  readonly #backends: readonly Backend[];
  readonly #idle: Backend[];
  readonly #queue: Session[] = [];
  readonly #sessions = new Set<Session>();
  #notifications = 0;

  static async before(target: string, size: number, random: Random): Promise<Pooler> {
    const backends = await Promise.all(Array.from({ length: size }, () => openBackend(target)));
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Pooler(target, server, backends, random);
  }

  private constructor(
    target: string,
    server: Server,
    backends: readonly Backend[],
    random: Random,
  ) {
    const url = new URL(target);
    const address = server.address();
    url.hostname = "127.0.0.1";
    url.port = String(typeof address === "object" ? address?.port : "");
    this.url = url.href;
    this.#server = server;
    this.#backends = backends;
    this.#idle = [...backends];
    this.#random = random;
    let sessions = 0;
    server.on("connection", (socket) => this.#serve(socket, ++sessions));
    for (const backend of backends) {
      backend.stream.on("data", (data: Buffer) => {
        for (const each of backend.frames.take(data)) this.#answer(backend, each);
      });
    }
  }

  /** What was notified, and lost. */
  get notifications(): number {
    return this.#notifications;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { socket } of this.#sessions) socket.destroy();
    await closed;
    await Promise.all(
      this.#backends.map(async ({ stream }) => {
        const ended = once(stream, "close");
        stream.end(frame("X"));
        await ended;
      }),
    );
  }

  #serve(socket: Socket, id: number): void {
    const session: Session = {
      id,
      socket,
      frames: new Frames("client"),
      statements: new Map(),
      waiting: [],
      backend: null,
      asked: 0,
    };
    this.#sessions.add(session);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      for (const each of session.frames.take(data)) this.#ask(session, each);
    });
    socket.on("close", () => {
      this.#sessions.delete(session);
      // Nobody is to have what it has begun.
      session.backend?.stream.write(frame("Q", "rollback\0"));
      if (session.backend !== null) session.asked += 1;
    });
  }

  #ask(session: Session, each: Frame): void {
    if (each.type === "startup") {
      session.socket.write(each.bytes.includes("\0options\0") ? refusal : welcome);
      if (each.bytes.includes("\0options\0")) session.socket.end();
      return;
    }
    if (each.type === "X") return void session.socket.end();
    session.waiting.push(each);
    if (session.backend !== null) return this.#forward(session, session.backend);
    if (session.waiting.length === 1) this.#queue.push(session);
    this.#assign();
  }

  #assign(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const session = this.#queue.shift() as Session;
      const [backend] = this.#idle.splice(this.#random.integer(this.#idle.length), 1) as [Backend];
      backend.user = session;
      session.backend = backend;
      const missing = [...session.statements].filter(([name]) => !backend.prepared.has(name));
      for (const [name, parse] of missing) {
        backend.stream.write(parse);
        backend.prepared.add(name);
      }
      if (missing.length > 0) {
        backend.own += 1;
        backend.stream.write(frame("S"));
      }
      this.#forward(session, backend);
    }
  }

  #forward(session: Session, backend: Backend): void {
    for (const each of session.waiting.splice(0)) {
      if (each.type === "Q" || each.type === "S") session.asked += 1;
      backend.stream.write(this.#renamed(session, backend, each));
    }
  }

  /** Two sessions may call different statements the same. */
  #renamed(session: Session, backend: Backend, each: Frame): Buffer {
    const nameOf = (name: string): string => (name === "" ? "" : `s${session.id}_${name}`);
    if (each.type === "P") {
      const { strings, rest } = stringsOf(each, 5, 1);
      const name = nameOf(strings[0] ?? "");
      const parse = frame("P", `${name}\0`, rest);
      if (name !== "") {
        session.statements.set(name, parse);
        backend.prepared.add(name);
      }
      return parse;
    }
    if (each.type === "B") {
      const { strings, rest } = stringsOf(each, 5, 2);
      return frame("B", `${strings[0]}\0${nameOf(strings[1] ?? "")}\0`, rest);
    }
    if (each.type === "D" && each.bytes[5] === "S".charCodeAt(0)) {
      const { strings } = stringsOf(each, 6, 1);
      return frame("D", `S${nameOf(strings[0] ?? "")}\0`);
    }
    return each.bytes;
  }

  #answer(backend: Backend, each: Frame): void {
    if (each.type === "A") {
      this.#notifications += 1;
      return;
    }
    if (backend.own > 0) {
      if (each.type === "Z") backend.own -= 1;
      return;
    }
    const session = backend.user;
    if (session === null) return;
    session.socket.write(each.bytes);
    if (each.type !== "Z") return;
    session.asked -= 1;
    const isIdle = each.bytes[5] === "I".charCodeAt(0);
    if (session.asked > 0 || !isIdle) return;
    session.backend = null;
    backend.user = null;
    this.#idle.push(backend);
    this.#assign();
  }
}

/** `pg` knows how to log in; from then on its socket is ours. */
async function openBackend(target: string): Promise<Backend> {
  const client = new Client({ connectionString: target });
  client.on("error", () => {});
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners("data");
  return { client, stream, frames: new Frames("server"), prepared: new Set(), user: null, own: 0 };
}

const refusal = frame("E", "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0");
const welcome = Buffer.concat([
  frame("R", Buffer.from([0, 0, 0, 0])),
  frame("S", "client_encoding\0UTF8\0"),
  frame("K", Buffer.alloc(8)),
  frame("Z", "I"),
]);
