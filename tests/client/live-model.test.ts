import fc from "fast-check";
import { expect, test } from "vitest";
import type { OptimisticStore } from "../../client/index.js";
import { CLOSE_RESTART } from "../../protocol/sync.js";
import { api, type Project } from "./support/api.js";
import { quiet } from "./support/fake-clock.js";
import { type FakeServer, fakeServer } from "./support/fake-server.js";

const owners = ["ada", "bob", "eve"] as const;
type Owner = (typeof owners)[number];
type Lists = Readonly<Record<Owner, readonly Project[]>>;

const kind = <Kind extends string>(name: Kind): fc.Arbitrary<{ kind: Kind }> =>
  fc.record({ kind: fc.constant(name) });
const ofOwner = <Kind extends string>(name: Kind): fc.Arbitrary<{ kind: Kind; owner: Owner }> =>
  fc.record({ kind: fc.constant(name), owner: fc.constantFrom(...owners) });

const step = fc.oneof(
  { weight: 4, arbitrary: ofOwner("watch") },
  { weight: 2, arbitrary: ofOwner("unwatch") },
  { weight: 1, arbitrary: ofOwner("refetch") },
  { weight: 4, arbitrary: ofOwner("write elsewhere") },
  { weight: 1, arbitrary: ofOwner("delete elsewhere") },
  { weight: 4, arbitrary: ofOwner("mutate") },
  { weight: 6, arbitrary: kind("tick") },
  { weight: 6, arbitrary: kind("deliver") },
  { weight: 3, arbitrary: kind("answer") },
  { weight: 1, arbitrary: kind("refuse") },
  { weight: 1, arbitrary: kind("lose the request") },
  { weight: 1, arbitrary: kind("lose the answer") },
  { weight: 1, arbitrary: kind("cut") },
  { weight: 1, arbitrary: kind("restart") },
  { weight: 1, arbitrary: kind("go down") },
  { weight: 1, arbitrary: kind("come back") },
  { weight: 2, arbitrary: kind("wait") },
);

/** What a mutation does, on the server and, as a guess, in the client: to two lists at once. */
function add(lists: Lists, owner: Owner, name: string): Lists {
  const project = { _id: name, name };
  const other = owner === "eve" ? "ada" : "eve";
  return { ...lists, [owner]: [...lists[owner], project], [other]: [project, ...lists[other]] };
}

/** A server with a history, one client of it, and what the client has asked for. */
class World {
  readonly server: FakeServer;
  readonly history: Lists[] = [{ ada: [], bob: [], eve: [] }];
  readonly #stops = new Map<Owner, () => void>();
  /** Those whose promise has not ended. */
  readonly #pending = new Map<number, { readonly owner: Owner; readonly name: string }>();
  readonly #ledger = new Map<string, string>();
  #lastMutation = 0;
  #lastWrite = 0;
  #handled = 0;
  #shownMoment = 0;
  readonly outcomes: Promise<unknown>[] = [];

  constructor(isStream: boolean) {
    this.server = fakeServer({ isStream });
    const { live } = this.server;
    live.isPaused = true;
    live.isLagging = true;
    live.serve(api.projects.list, ({ owner }) => [...this.now[owner as Owner]]);
  }

  get now(): Lists {
    return this.history.at(-1)!;
  }

  async happen(what: Step): Promise<void> {
    const { client, clock, live } = this.server;
    switch (what.kind) {
      case "watch": {
        const query = client.watch(api.projects.list, { owner: what.owner });
        if (!this.#stops.has(what.owner)) {
          this.#stops.set(
            what.owner,
            query.subscribe(() => {}),
          );
        }
        break;
      }
      case "unwatch":
        this.#stops.get(what.owner)?.();
        this.#stops.delete(what.owner);
        break;
      case "refetch":
        void client.watch(api.projects.list, { owner: what.owner }).refetch();
        break;
      case "write elsewhere":
        this.history.push(add(this.now, what.owner, `w${++this.#lastWrite}`));
        break;
      case "delete elsewhere":
        this.history.push({ ...this.now, [what.owner]: this.now[what.owner].slice(1) });
        break;
      case "mutate":
        this.#mutate(what.owner);
        break;
      case "tick":
        live.tick();
        break;
      case "deliver":
        live.deliver();
        break;
      case "cut":
        live.cut();
        break;
      case "restart":
        live.cut(CLOSE_RESTART);
        break;
      case "go down":
        live.reach = "none";
        break;
      case "come back":
        live.reach = "all";
        break;
      case "wait":
        await clock.advance(clock.delays[0] ?? 0);
        break;
      default:
        await this.#handle(what.kind);
    }
    await quiet();
  }

  #mutate(owner: Owner): void {
    const { client } = this.server;
    const id = ++this.#lastMutation;
    const name = `m${id}`;
    const optimisticUpdate = (store: OptimisticStore): void => {
      const read = (of: Owner): readonly Project[] =>
        store.getQuery(api.projects.list, { owner: of }) ?? [];
      const before = { ada: read("ada"), bob: read("bob"), eve: read("eve") };
      const after = add(before, owner, name);
      for (const of of owners) {
        if (after[of] !== before[of])
          store.setQuery(api.projects.list, { owner: of }, [...after[of]]);
      }
    };
    this.#pending.set(id, { owner, name });
    this.outcomes.push(
      client
        .mutation(api.projects.create, { owner, name }, { optimisticUpdate })
        .catch(() => "refused")
        .finally(() => this.#pending.delete(id)),
    );
  }

  async #handle(fate: "answer" | "refuse" | "lose the request" | "lose the answer"): Promise<void> {
    const { live, next, requests } = this.server;
    if (this.#handled === requests.length) return;
    this.#handled++;
    const request = next();
    const { owner, name } = request.args as { owner: Owner; name: string };
    const known = this.#ledger.get(name);
    const isRefused = known === "refused" || (known === undefined && fate === "refuse");
    if (fate === "lose the request") return request.lose();
    if (known === undefined) {
      this.#ledger.set(name, isRefused ? "refused" : "done");
      if (!isRefused) {
        this.history.push(add(this.now, owner, name));
        for (const session of live.sessions) {
          const mutation = Number(request.headers["convoy-mutation-id"]);
          if (session.clientId !== null) session.settled = Math.max(session.settled, mutation);
        }
      }
    }
    if (fate === "lose the answer") return request.lose();
    return isRefused ? request.refuse("refused") : request.answer(name);
  }

  /** All results that are not stale are of one moment, no earlier than the last one, under layers. */
  check(): void {
    const shown = this.#shown();
    const waiting = [...this.#pending];
    for (let moment = this.#shownMoment; moment < this.history.length; moment++) {
      // The client may or may not know yet which of its mutations this moment has.
      for (let told = 0; told <= waiting.length; told++) {
        const model = waiting
          .slice(told)
          .reduce((lists, [, { owner, name }]) => add(lists, owner, name), this.history[moment]!);
        if (shown.every(([owner, data]) => isEqual(data, model[owner]))) {
          if (shown.length > 0) this.#shownMoment = moment;
          return;
        }
      }
    }
    expect.fail(`${JSON.stringify(shown)} in ${JSON.stringify(this.history)}`);
  }

  async end(): Promise<void> {
    const { clock, live } = this.server;
    live.reach = "all";
    live.isPaused = false;
    live.isLagging = false;
    live.deliver();
    for (const owner of owners) await this.happen({ kind: "watch", owner });
    for (let round = 0; round < 200 && (this.#pending.size > 0 || !this.#isLive()); round++) {
      await this.happen({ kind: "answer" });
      live.tick();
      if (round % 4 === 3) await clock.advance(1000);
      await quiet();
      this.check();
    }
    await Promise.all(this.outcomes);
    live.tick();
    await quiet();
    expect(Object.fromEntries(this.#shown())).toEqual(this.now);
    // Each was applied once, or refused.
    const names = Object.values(this.now).flatMap((list) => list.map(({ name }) => name));
    for (const [name, fate] of this.#ledger) {
      expect(names.filter((other) => other === name).length <= (fate === "done" ? 2 : 0)).toBe(
        true,
      );
    }
    expect(this.server.client.connection.state).toEqual({
      status: "connected",
      pendingMutations: 0,
    });
    await this.server.client.close();
    expect(clock.delays).toEqual([]);
  }

  #isLive(): boolean {
    return this.#shown().length === owners.length;
  }

  #shown(): Array<[Owner, readonly Project[]]> {
    return [...this.#stops.keys()].flatMap((owner): Array<[Owner, readonly Project[]]> => {
      const query = this.server.client.watch(api.projects.list, { owner });
      const { data, isStale } = query.getSnapshot();
      return data === undefined || isStale ? [] : [[owner, data]];
    });
  }
}

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

test.each([false, true])(
  "whatever happens, what is shown is one moment of the server under the layers (stream: %s)",
  async (isStream) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const world = new World(isStream);
        for (const what of steps) {
          await world.happen(what);
          world.check();
        }
        await world.end();
      }),
      { numRuns: 150 },
    );
  },
);
