import fc from "fast-check";
import { expect, test } from "vitest";
import type { OptimisticStore, QuerySnapshot } from "../../client/index.js";
import { PagedQuery } from "../../client/store/paged-query.js";
import { CLOSE_RESTART } from "../../protocol/sync.js";
import { propertyRuns } from "../database/support/property-runs.js";
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
  { weight: 2, arbitrary: ofOwner("delete elsewhere") },
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
  { weight: 2, arbitrary: kind("page") },
  { weight: 1, arbitrary: kind("answer few") },
  { weight: 1, arbitrary: kind("answer many") },
);

/** What a mutation does, on the server and, as a guess, in the client: to two lists at once. */
function add(lists: Lists, owner: Owner, name: string): Lists {
  const project = { _id: name, name };
  const other = owner === "eve" ? "ada" : "eve";
  return { ...lists, [owner]: [...lists[owner], project], [other]: [project, ...lists[other]] };
}

/** What is paged through: one of the lists, in the order of its names. */
function listed({ ada }: Lists): readonly Project[] {
  return ada.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A moment of the server, and the last mutation that the client knows to be in it. */
interface Told {
  readonly moment: number;
  readonly mutation: number;
}

interface Mutation {
  readonly owner: Owner;
  readonly name: string;
}

type Shown = readonly (readonly [Owner, readonly Project[]])[];

/** A server with a history, one client of it, and what the client has asked for. */
class World {
  readonly server: FakeServer;
  readonly history: Lists[] = [{ ada: [], bob: [], eve: [] }];
  readonly #stops = new Map<Owner, () => void>();
  /** Those whose promise has not ended. */
  readonly #pending = new Map<number, Mutation>();
  readonly #unrefused = new Map<number, Mutation>();
  /** Those of the watched queries that have had a result since. */
  readonly #seen = new Set<Owner>();
  /** What became of mutations, by their ids. */
  readonly #ledger = new Map<number, "done" | "refused">();
  /** The last one that the client has been answered. */
  #ended = 0;
  /** The moments at which mutations were applied, by their names. */
  readonly #applied = new Map<string, number>();
  #lastMutation = 0;
  #lastWrite = 0;
  #handled = 0;
  /** What the client was told of, and when each was shown: the moment, and the mutations in it. */
  readonly #told: Told[] = [{ moment: 0, mutation: 0 }];
  /** Results that it has asked for anew. It shows nothing else that is new before they have come. */
  #refetching = 0;
  /** The moment of the latest mutation that has ended well. */
  #endedMoment = 0;
  readonly #pages: PagedQuery<Project>;
  #pagesMoment = 0;
  #stopPages: (() => void) | null = null;
  readonly outcomes: Promise<unknown>[] = [];

  constructor(isStream: boolean) {
    this.server = fakeServer({ isStream });
    const { live } = this.server;
    live.isPaused = true;
    live.isLagging = true;
    live.serve(api.projects.list, ({ owner }) => [...this.now[owner as Owner]]);
    live.serve(api.projects.page, ({ paginationOpts: { cursor, numItems } }) => {
      const rest = listed(this.now).filter(({ name }) => name > (cursor ?? ""));
      const page = rest.slice(0, numItems);
      const isDone = rest.length <= numItems;
      return { page, isDone, continueCursor: page.at(-1)?.name ?? cursor ?? "" };
    });
    this.#pages = new PagedQuery<Project>(
      (cursor, numItems) =>
        this.server.client.watch(api.projects.page, {
          owner: "ada",
          paginationOpts: { cursor, numItems },
        }),
      2,
    );
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
        this.#seen.delete(what.owner);
        break;
      case "refetch":
        this.#refetching++;
        void client
          .watch(api.projects.list, { owner: what.owner })
          .refetch()
          .finally(() => this.#refetching--);
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
        this.#tick();
        break;
      case "page":
        if (this.#stopPages === null) this.#stopPages = this.#pages.subscribe(() => {});
        else this.#pages.loadMore(2);
        break;
      case "answer few":
        live.newPerTick = 1;
        break;
      case "answer many":
        live.newPerTick = Number.POSITIVE_INFINITY;
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

  #tick(): void {
    const { live } = this.server;
    live.tick();
    if (live.sessions.length === 0) return;
    const mutations = live.sessions.map(({ told }) => told);
    const mutation = Math.max(this.#told.at(-1)!.mutation, ...mutations);
    this.#told.push({ moment: this.history.length - 1, mutation });
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
    this.#unrefused.set(id, { owner, name });
    this.outcomes.push(
      client
        .mutation(api.projects.create, { owner, name }, { optimisticUpdate })
        .then(() => {
          expect(this.#applied.has(name)).toBe(true);
          this.#endedMoment = Math.max(this.#endedMoment, this.#applied.get(name) ?? 0);
        })
        .catch((error: unknown) => {
          expect(error).toMatchObject({ code: "refused" });
          expect(this.#applied.has(name)).toBe(false);
          this.#unrefused.delete(id);
        })
        .finally(() => this.#pending.delete(id)),
    );
  }

  async #handle(fate: "answer" | "refuse" | "lose the request" | "lose the answer"): Promise<void> {
    const { live, next, requests } = this.server;
    if (this.#handled === requests.length) return;
    this.#handled++;
    const request = next();
    const { owner, name } = request.args as { owner: Owner; name: string };
    // One at a time, in their order, and each under one id, by which the server knows it again.
    const isHeard = !request.isAborted;
    const others = requests.slice(this.#handled).filter(({ isAborted }) => !isAborted);
    expect(others.length).toBeLessThanOrEqual(isHeard ? 0 : 1);
    const id = Number(request.headers["convoy-mutation-id"]);
    expect([id, name]).toEqual([this.#ended + 1, `m${this.#ended + 1}`]);
    const known = this.#ledger.get(id);
    const isRefused = known === "refused" || (known === undefined && fate === "refuse");
    if (fate === "lose the request") return request.lose();
    if (known === undefined) {
      this.#ledger.set(id, isRefused ? "refused" : "done");
      if (!isRefused) {
        this.history.push(add(this.now, owner, name));
        this.#applied.set(name, this.history.length - 1);
        for (const session of live.sessions) {
          if (session.clientId !== null) session.settled = Math.max(session.settled, id);
        }
      }
    }
    if (fate === "lose the answer") return request.lose();
    if (isHeard) this.#ended = id;
    return isRefused ? request.refuse("refused") : request.answer(name);
  }

  /**
   * All results that are not stale are of the moment that the client was told of last, under the
   * layers of the mutations that it was not told of. The pages are of one moment, if of an older one.
   */
  check(): void {
    const shown = this.#shown();
    for (const [owner] of shown) this.#seen.add(owner);
    const isWhole = [...this.#seen].every((owner) => shown.some(([other]) => other === owner));
    if (!isWhole) return this.#checkResuming();
    if (this.#refetching === 0) this.#told.splice(0, this.#told.length - 1);
    // Who was told that a mutation has ended sees it.
    const found = this.#told.findIndex(
      (told) => told.moment >= this.#endedMoment && isEqual(shown, this.#model(shown, told)),
    );
    if (shown.length > 0 && found === -1) {
      const last = this.#told.at(-1)!;
      const isRecent = last.moment >= this.#endedMoment;
      expect({ isRecent, shown }).toEqual({ isRecent: true, shown: this.#model(shown, last) });
    }
    this.#told.splice(0, shown.length > 0 ? found : 0);
    this.#checkPages();
  }

  /**
   * While there is no connection, or not all have a result of the new one, all are of one moment as
   * well: that of before. Some of the layers may have gone.
   */
  #checkResuming(): void {
    const shown = this.#read().filter(([owner]) => this.#seen.has(owner));
    for (const { moment, mutation } of this.#told) {
      for (let ended = mutation; ended <= this.#lastMutation; ended++) {
        const told = { moment, mutation: ended };
        if (isEqual(shown, this.#model(shown, told, this.#unrefused))) return;
      }
    }
    expect({ shown, told: this.#told, history: this.history }).toBe("of one moment");
  }

  /** What is shown of what the client was told of, under the layers of the mutations that are not in it. */
  #model(shown: Shown, { moment, mutation }: Told, mutations = this.#pending): Shown {
    const waiting = [...mutations].filter(([id]) => id > mutation);
    const lists = waiting.reduce(
      (before, [, { owner, name }]) => add(before, owner, name),
      this.history[moment]!,
    );
    return shown.map(([owner]) => [owner, lists[owner]]);
  }

  #checkPages(): void {
    const { results, status } = this.#pages.getSnapshot();
    if (this.#stopPages === null || status === "LoadingFirstPage") return;
    const names = results.map(({ name }) => name);
    const isOf = (lists: Lists): boolean => {
      const all = listed(lists).map(({ name }) => name);
      const isAll = all.length === names.length;
      if (status === "Exhausted" ? !isAll : status === "CanLoadMore" && isAll) return false;
      return names.every((name, at) => name === all[at]);
    };
    const found = this.history.findIndex(
      (lists, moment) => moment >= this.#pagesMoment && isOf(lists),
    );
    if (found === -1) expect.fail(`${names.join()} (${status}) in ${JSON.stringify(this.history)}`);
    this.#pagesMoment = found;
  }

  async end(): Promise<void> {
    const { clock, live } = this.server;
    live.reach = "all";
    live.isLagging = false;
    live.newPerTick = Number.POSITIVE_INFINITY;
    live.deliver();
    await this.happen({ kind: "page" });
    for (const owner of owners) await this.happen({ kind: "watch", owner });
    for (let round = 0; round < 200 && !this.#isDone(); round++) {
      await this.happen({ kind: "answer" });
      this.#tick();
      this.#pages.loadMore(3);
      if (round % 4 === 3) await clock.advance(1000);
      await quiet();
      this.check();
    }
    await Promise.all(this.outcomes);
    // A page that now begins elsewhere is asked for, and answered, before the one behind it.
    for (let page = 0; page < this.now.ada.length; page++) {
      this.#tick();
      this.#pages.loadMore(3);
      await quiet();
      this.check();
    }
    this.#tick();
    await quiet();
    this.check();
    const { results } = this.#pages.getSnapshot();
    expect(results.map(({ name }) => name)).toEqual(listed(this.now).map(({ name }) => name));
    this.#stopPages?.();
    expect(Object.fromEntries(this.#shown())).toEqual(this.now);
    expect(this.server.client.connection.state).toEqual({
      status: "connected",
      pendingMutations: 0,
    });
    await this.server.client.close();
    expect(clock.delays).toEqual([]);
  }

  #isDone(): boolean {
    const { status } = this.#pages.getSnapshot();
    const isLive = this.#shown().length === owners.length && status === "Exhausted";
    return isLive && this.#pending.size === 0;
  }

  #shown(): Shown {
    return this.#read().filter(([owner]) => !this.#snapshot(owner).isStale);
  }

  #read(): Shown {
    return [...this.#stops.keys()].flatMap((owner): [Owner, readonly Project[]][] => {
      const { data } = this.#snapshot(owner);
      return data === undefined ? [] : [[owner, data]];
    });
  }

  #snapshot(owner: Owner): QuerySnapshot<Project[]> {
    return this.server.client.watch(api.projects.list, { owner }).getSnapshot();
  }
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const ada = "ada" as const;

/** What went wrong once. */
const examples: Step[][] = [
  // The others were of a newer moment than what was asked for anew.
  [
    { kind: "watch", owner: ada },
    { kind: "watch", owner: "bob" },
    { kind: "answer few" },
    { kind: "deliver" },
    { kind: "tick" },
    { kind: "refetch", owner: ada },
    { kind: "deliver" },
    { kind: "write elsewhere", owner: ada },
    { kind: "tick" },
  ],
  // A guess was shown as a result, while the first one was on its way.
  [
    { kind: "refetch", owner: ada },
    { kind: "watch", owner: ada },
    { kind: "unwatch", owner: ada },
    { kind: "write elsewhere", owner: ada },
    { kind: "tick" },
    { kind: "mutate", owner: ada },
    { kind: "mutate", owner: ada },
    { kind: "watch", owner: ada },
    { kind: "refuse" },
  ],
  // What came of a lost connection, and was not shown there, was shown when another query was let go.
  [
    { kind: "watch", owner: "bob" },
    { kind: "deliver" },
    { kind: "refetch", owner: "bob" },
    { kind: "go down" },
    { kind: "tick" },
    { kind: "wait" },
    { kind: "mutate", owner: ada },
    { kind: "wait" },
    { kind: "answer" },
    { kind: "wait" },
    { kind: "watch", owner: ada },
    { kind: "unwatch", owner: ada },
  ],
];

test.each([false, true])(
  "whatever happens, what is shown is one moment of the server under the layers (stream: %s)",
  async (isStream) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: "max" }), async (steps) => {
        const world = new World(isStream);
        for (const what of steps) {
          await world.happen(what);
          world.check();
        }
        await world.end();
      }),
      { ...propertyRuns(120), examples: examples.map((steps) => [steps]) },
    );
  },
);
