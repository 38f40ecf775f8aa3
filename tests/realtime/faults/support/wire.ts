import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../../support/random.js";

/** Two sockets and what passes between them. */
interface Link {
  readonly near: Socket;
  readonly far: Socket;
  isFrozen: boolean;
  /** A mutation is about to be committed. */
  hasLedgerRow: boolean;
}

/** A network between two programs, which does what networks do. */
export class Wire implements AsyncDisposable {
  readonly url: string;
  /** How long each piece of data takes, in milliseconds; chance decides between 0 and this. */
  maxDelayMs = 0;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #random: Random;
  /** How many answers to COMMIT are still to be lost. */
  #commitsToLose = 0;
  #isDown = false;

  static async to(target: string, random: Random): Promise<Wire> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Wire(target, server, random);
  }

  private constructor(target: string, server: Server, random: Random) {
    const url = new URL(target);
    const [host, port] = [url.hostname, Number(url.port)];
    const address = server.address();
    url.hostname = "127.0.0.1";
    url.port = String(typeof address === "object" ? address?.port : "");
    this.url = url.href.replace(/\/$/, "");
    this.#server = server;
    this.#random = random;
    server.on("connection", (near) => {
      if (this.#isDown) return void near.resetAndDestroy();
      const far = connect({ host, port, noDelay: true });
      const link: Link = { near, far, isFrozen: false, hasLedgerRow: false };
      this.#links.add(link);
      this.#pass(link, near, far);
      this.#pass(link, far, near);
      for (const socket of [near, far]) socket.on("error", () => {});
    });
  }

  /** Connections that have passed nothing on since they were frozen, and never will. */
  get frozen(): number {
    return [...this.#links].filter(({ isFrozen }) => isFrozen).length;
  }

  /** The answer to the next COMMIT of a mutation is lost, and its connection with it. */
  loseCommitReply(): void {
    this.#commitsToLose += 1;
  }

  get hasLostCommitReplies(): boolean {
    return this.#commitsToLose === 0;
  }

  /** Ends all connections at once. */
  cut(): void {
    for (const { near, far } of this.#links) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** From now on nothing passes on the present connections, and neither side is told. */
  freeze(): void {
    for (const link of this.#links) link.isFrozen = true;
  }

  /** Those that are frozen end after all, as when a network notices. */
  endFrozen(): void {
    for (const { near, far, isFrozen } of this.#links) {
      if (!isFrozen) continue;
      near.destroy();
      far.destroy();
    }
  }

  /** No connection can be made, and none stays. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  up(): void {
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #pass(link: Link, from: Socket, to: Socket): void {
    let last: Promise<unknown> | null = null;
    const deliver = (data: Buffer): void => {
      if (link.isFrozen) return;
      if (from === link.near) link.hasLedgerRow ||= data.includes("convoy_ledger_insert");
      else if (link.hasLedgerRow && data.includes("COMMIT\0")) {
        link.hasLedgerRow = false;
        if (this.#commitsToLose > 0) {
          this.#commitsToLose -= 1;
          link.near.resetAndDestroy();
          return;
        }
      }
      if (!to.destroyed) to.write(data);
    };
    from.on("data", (data: Buffer) => {
      if (this.maxDelayMs === 0 && last === null) return deliver(data);
      const delay = sleep(this.#random.integer(this.maxDelayMs + 1));
      const passed = Promise.all([last, delay]).then(() => {
        deliver(data);
        if (last === passed) last = null;
      });
      last = passed;
    });
    from.on("close", () => {
      this.#links.delete(link);
      // Half of a frozen connection may live on.
      if (!link.isFrozen) to.destroy();
      else if (!to.destroyed) this.#links.add(link);
    });
  }
}
