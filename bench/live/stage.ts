import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Id } from "../../protocol/id.js";
import { now } from "./child.js";
import type { LiveDatabase } from "./live-database.js";
import type { LiveServer } from "./server.js";
import type { Watchers } from "./watchers.js";

/** Milliseconds from a write to the message about it. */
export interface Sample {
  /** Since the write was sent. */
  readonly whole: number;
  /** Since its commit was known: to who wrote, or to the server that ran the mutation. */
  readonly afterCommit: number;
  /** That the server spent meanwhile. */
  readonly cpu: number;
}

export type WriteKind = "insert" | "mutation";

/** The request that adds a project. */
export type Mutation = (
  userId: string,
  name: string,
) => { readonly path: string; readonly headers?: Record<string, string>; readonly body: string };

const addProject: Mutation = (userId, name) => ({
  path: "/api/mutation/projects.add",
  body: JSON.stringify({ userId, name }),
});

/** A server with a database of its own, and so many queries that are watched. */
export class Stage implements AsyncDisposable {
  readonly name: string;
  readonly samples: Readonly<Record<WriteKind, Sample[]>> = { insert: [], mutation: [] };
  readonly #userIds: readonly Id<"users">[];
  readonly #database: LiveDatabase;
  readonly #server: LiveServer;
  readonly #watchers: Watchers;
  readonly #mutation: Mutation;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #writes = 0;

  constructor(
    name: string,
    userIds: readonly Id<"users">[],
    database: LiveDatabase,
    server: LiveServer,
    watchers: Watchers,
    mutation: Mutation = addProject,
  ) {
    this.name = name;
    this.#userIds = userIds;
    this.#database = database;
    this.#server = server;
    this.#watchers = watchers;
    this.#mutation = mutation;
  }

  /** So many, one at a time; each hits one of the queries. */
  async write(kind: WriteKind, count: number): Promise<void> {
    for (let write = 0; write < count; write++) {
      const number = this.#writes++;
      const mark = `mark-${this.name.replaceAll(/\W/g, "")}x${number}`;
      const userId = this.#userIds[(number * 7_919) % this.#userIds.length] as Id<"users">;
      const before = await this.#server.usage();
      // Not in step with anything that has a rhythm of its own.
      await sleep(Math.random() * 10);
      const sent = now();
      if (kind === "insert") await this.#database.insert(userId, mark);
      else await this.#mutate(userId, mark);
      const committed = now();
      const [arrived = Number.NaN] = await this.#watchers.hear(mark);
      const after = await this.#server.usage();
      this.samples[kind].push({
        whole: arrived - sent,
        afterCommit: arrived - (kind === "insert" ? committed : after.committedAt),
        cpu: after.cpuMs - before.cpuMs,
      });
    }
  }

  /** What was measured while code was compiled. */
  forget(): void {
    for (const samples of Object.values(this.samples)) samples.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#server[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }

  #mutate(userId: string, name: string): Promise<void> {
    const { path, headers, body } = this.#mutation(userId, name);
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#server.url}${path}`, {
        agent: this.#agent,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...headers,
        },
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        response.resume().on("end", () => {
          if (response.statusCode === 200 || response.statusCode === 201) resolve();
          else reject(new Error(`The mutation was answered by ${response.statusCode}.`));
        });
      });
      sent.end(body);
    });
  }
}
