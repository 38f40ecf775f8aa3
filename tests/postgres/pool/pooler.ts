import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Random } from "../../support/random.js";
import { type Frame, Frames, frame } from "./frames.js";
import { Backend, type Session, SharedStatements } from "./pooler-backend.js";

/**
 * As PgBouncer 1.21 and later in transaction mode: a transaction gets any connection, so that nothing
 * of a session stays. Startup options are refused, what is notified reaches nobody, and prepared
 * statements are made again where they are missing; but a name that a session has used it must close
 * before it uses it again, even if Postgres never came to look at the statement (see `prepare.c` there).
 */
export class Pooler implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #random: Random;
  readonly #backends: readonly Backend[];
  readonly #idle: Backend[];
  readonly #queue: Session[] = [];
  readonly #sessions = new Set<Session>();
  readonly #misused: string[] = [];
  #notifications = 0;

  static async before(target: string, size: number, random: Random): Promise<Pooler> {
    const shared = new SharedStatements();
    const opening = Array.from({ length: size }, () => Backend.open(target, shared));
    const backends = await Promise.all(opening);
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
    server.on("connection", (socket) => this.#serve(socket));
    for (const backend of backends) backend.listen((answer) => this.#answer(backend, answer));
  }

  /** What was notified, and lost. */
  get notifications(): number {
    return this.#notifications;
  }

  /** Why sessions were ended that took the pooler for Postgres itself. */
  get misused(): readonly string[] {
    return this.#misused;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { socket } of this.#sessions) socket.destroy();
    await closed;
    await Promise.all(this.#backends.map((backend) => backend.end()));
  }

  #serve(socket: Socket): void {
    const session: Session = {
      socket,
      frames: new Frames("client"),
      statements: new Map(),
      waiting: [],
      backend: null,
    };
    this.#sessions.add(session);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      for (const each of session.frames.take(data)) this.#ask(session, each);
    });
    socket.on("close", () => {
      this.#sessions.delete(session);
      // Nobody is to have what it has begun.
      session.backend?.rollBack();
    });
  }

  #ask(session: Session, each: Frame): void {
    if (each.type === "startup") {
      if (each.bytes.includes("\0options\0"))
        refuse(session.socket, "unsupported startup parameter: options");
      else session.socket.write(welcome);
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
      this.#forward(session, backend);
    }
  }

  #forward(session: Session, backend: Backend): void {
    for (const each of session.waiting.splice(0)) {
      const misuse = backend.forward(session, each);
      if (misuse === null) continue;
      this.#misused.push(misuse);
      refuse(session.socket, misuse);
    }
  }

  #answer(backend: Backend, each: Frame): void {
    if (each.type === "A") {
      this.#notifications += 1;
      return;
    }
    const hasEnded = backend.answer(each);
    if (!hasEnded || backend.user === null) return;
    backend.user.backend = null;
    backend.user = null;
    this.#idle.push(backend);
    this.#assign();
  }
}

/** PgBouncer ends a session where an error alone would be out of order among other answers. */
function refuse(socket: Socket, message: string): void {
  socket.end(frame("E", `SFATAL\0VFATAL\0C08P01\0M${message}\0\0`));
}

const welcome = Buffer.concat([
  frame("R", Buffer.from([0, 0, 0, 0])),
  frame("S", "client_encoding\0UTF8\0"),
  frame("K", Buffer.alloc(8)),
  frame("Z", "I"),
]);
