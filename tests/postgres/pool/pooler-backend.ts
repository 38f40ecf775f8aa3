import { once } from "node:events";
import type { Socket } from "node:net";
import { Client } from "pg";
import { type Frame, Frames, frame, stringsOf } from "./frames.js";

/** A statement as any session may have prepared it: its text, and the types of its parameters. */
interface SharedStatement {
  /** What the pooler calls it on every connection. */
  readonly name: string;
  readonly definition: Buffer;
}

/** Statements that are equal are one, whoever prepares them. */
export class SharedStatements {
  readonly #statements = new Map<string, SharedStatement>();

  get(definition: Buffer): SharedStatement {
    const key = definition.toString("latin1");
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = { name: `shared_${this.#statements.size + 1}`, definition };
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/** A program that believes it has a connection of its own. */
export interface Session {
  readonly socket: Socket;
  readonly frames: Frames;
  /** By the names that it has given them, whatever came of it; it may use each name once. */
  readonly statements: Map<string, SharedStatement>;
  readonly waiting: Frame[];
  backend: Backend | null;
}

/** A request that was not answered yet. */
interface Request {
  readonly type: string;
  /** Postgres answers it, or the pooler does in its place, or nobody who uses it is told. */
  readonly answer: "passed" | "made" | "swallowed";
  /** What this connection has only if Postgres does it. */
  readonly prepares?: string;
}

/** Which answers are the last of what kind of request. */
const requestsByAnswer: Readonly<Record<string, string>> = {
  1: "P",
  2: "B",
  3: "C",
  T: "D",
  n: "D",
  C: "E",
  I: "E",
  s: "E",
};

/** The name of the prepared statement that a message is about, or none; and of a portal bound to it. */
function statementOf(each: Frame): readonly [name: string, portal: string] {
  const { type, bytes } = each;
  if (type === "P") return [stringsOf(each, 5, 1).strings[0] ?? "", ""];
  if (type === "B") {
    const [portal = "", name = ""] = stringsOf(each, 5, 2).strings;
    return [name, portal];
  }
  const isOfStatement = (type === "D" || type === "C") && bytes[5] === "S".charCodeAt(0);
  return [isOfStatement ? (stringsOf(each, 6, 1).strings[0] ?? "") : "", ""];
}

/** A connection to Postgres, which one transaction after the other is given. */
export class Backend {
  user: Session | null = null;
  readonly #stream: Socket;
  readonly #shared: SharedStatements;
  readonly #prepared = new Set<string>();
  #requests: Request[] = [];

  /** `pg` knows how to log in; from then on its socket is ours. */
  static async open(target: string, shared: SharedStatements): Promise<Backend> {
    const client = new Client({ connectionString: target });
    client.on("error", () => {});
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.removeAllListeners("data");
    return new Backend(stream, shared);
  }

  private constructor(stream: Socket, shared: SharedStatements) {
    this.#stream = stream;
    this.#shared = shared;
  }

  /** Whoever wants to know what Postgres says. */
  listen(heard: (answer: Frame) => void): void {
    const frames = new Frames("server");
    this.#stream.on("data", (data: Buffer) => {
      for (const each of frames.take(data)) heard(each);
    });
  }

  async end(): Promise<void> {
    const ended = once(this.#stream, "close");
    this.#stream.end(frame("X"));
    await ended;
  }

  rollBack(): void {
    this.#ask("Q", frame("Q", "rollback\0"));
  }

  /**
   * Passes on what its user has sent, with the statements it names called as they are called here.
   *
   * @returns what is wrong with it; else `null`.
   */
  forward(session: Session, each: Frame): string | null {
    const [name, portal] = statementOf(each);
    const statement = session.statements.get(name);
    if (name === "") this.#ask(each.type, each.bytes);
    else if (each.type === "P") {
      if (statement !== undefined) return "prepared statement name is already in use";
      this.#parse(session, name, each);
    } else if (each.type === "C") {
      session.statements.delete(name);
      this.#answerOurselves("C");
    } else {
      if (statement === undefined) return "prepared statement did not exist";
      if (!this.#prepared.has(statement.name)) this.#prepare(statement, "swallowed");
      if (each.type === "D") this.#ask("D", frame("D", `S${statement.name}\0`));
      else {
        const { rest } = stringsOf(each, 5, 2);
        this.#ask("B", frame("B", `${portal}\0${statement.name}\0`, rest));
      }
    }
    return null;
  }

  /** Passes an answer on to its user. @returns whether the transaction has ended, and all is answered. */
  answer(each: Frame): boolean {
    const [first] = this.#requests;
    const isSwallowed = first?.answer === "swallowed" && requestsByAnswer[each.type] === first.type;
    if (!isSwallowed) this.user?.socket.write(each.bytes);
    if (each.type === "E" && first?.type !== "Q") this.#forgetUntilSync();
    else if (each.type === "Z" || requestsByAnswer[each.type] === first?.type)
      this.#requests.shift();
    this.#sendOwnAnswers();
    return each.type === "Z" && each.bytes[5] === "I".charCodeAt(0) && this.#requests.length === 0;
  }

  #parse(session: Session, name: string, each: Frame): void {
    const statement = this.#shared.get(stringsOf(each, 5, 1).rest);
    session.statements.set(name, statement);
    if (this.#prepared.has(statement.name)) this.#answerOurselves("P");
    else this.#prepare(statement, "passed");
  }

  #prepare({ name, definition }: SharedStatement, answer: Request["answer"]): void {
    this.#prepared.add(name);
    this.#requests.push({ type: "P", answer, prepares: name });
    this.#stream.write(frame("P", `${name}\0`, definition));
  }

  #ask(type: string, bytes: Buffer): void {
    // It asks for no answer.
    if (type !== "H") this.#requests.push({ type, answer: "passed" });
    this.#stream.write(bytes);
  }

  #answerOurselves(type: "P" | "C"): void {
    this.#requests.push({ type, answer: "made" });
    this.#sendOwnAnswers();
  }

  /** Once all that was asked before has been answered. */
  #sendOwnAnswers(): void {
    while (this.#requests[0]?.answer === "made") {
      const request = this.#requests.shift();
      this.user?.socket.write(frame(request?.type === "P" ? "1" : "3"));
    }
  }

  /** Postgres has not looked at what stands between the request that failed and the next Sync. */
  #forgetUntilSync(): void {
    const sync = this.#requests.findIndex(({ type }) => type === "S");
    for (const { prepares } of this.#requests.slice(0, sync)) {
      if (prepares !== undefined) this.#prepared.delete(prepares);
    }
    this.#requests = this.#requests.slice(sync);
  }
}
