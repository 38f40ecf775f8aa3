import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { Client } from "pg";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import { holdLease } from "../../../runtime/realtime/changes/lease.js";
import type { Result } from "../../../runtime/realtime/query/result.js";
import { ResultTexts } from "../../../runtime/realtime/query/result-texts.js";
import { realClock } from "../../../runtime/realtime/tick/clock.js";
import { LiveQueries } from "../../../runtime/realtime/tick/live-queries.js";
import type { SyncedDatabase } from "../../postgres/schema/synced-database.js";
import { Gate } from "./gate.js";
import { Participant, type Version } from "./participant.js";
import { evaluate, evaluatePages, mayFail, type MutationWork, programOf } from "./program.js";
import { CLIENTS, manifestOf, type Scenario, type Step, type Write } from "./scenario.js";
import { World } from "./world.js";

export interface ScenarioCounts {
  /** Runs of queries. */
  readonly runs: number;
  /** What they would have been, had each tick run all. */
  readonly mostRuns: number;
}

/** Ticks after which everybody must have all that there is: pages come one after the other. */
const MAX_TICKS = 60;

const STATEMENT_MS = 10_000;
const STEP_MS = 20_000;

/** @throws where a client was shown something that was not there, or not what is. */
export async function runScenario(
  scenario: Scenario,
  database: SyncedDatabase,
): Promise<ScenarioCounts> {
  await database.sync(manifestOf(scenario.tables));
  await using pool = createPool({ url: database.url, max: 4 });
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.url, statement_timeout: STATEMENT_MS });
    await client.connect();
    return client;
  };
  const writer = await connect();
  let holder: Client | null = null;
  const gate = new Gate();
  const world = new World(scenario);
  const { queries } = scenario;
  let work: MutationWork = () => Promise.resolve();
  let unexpected: Error | null = null;
  const makeProgram = (tables: Scenario["tables"]) => {
    const program = programOf({
      pool,
      manifest: manifestOf(tables),
      descriptions: queries,
      work: () => work,
    });
    const { runner } = program;
    const runQueryOn: typeof runner.runQueryOn = (...args) =>
      gate.pass(() => runner.runQueryOn(...args));
    return { ...program, mutations: runner, runner: { runQueryOn } };
  };
  let program = makeProgram(scenario.tables);
  const serverId = randomUUID();
  const live = new LiveQueries({
    pool,
    serverId,
    program: () => Promise.resolve(program),
    texts: new ResultTexts(),
    failed: (name, error) => {
      const description = queries[Number(name.split(".")[1])];
      if (description !== undefined && mayFail(description)) return failure;
      unexpected ??= error as Error;
      throw error;
    },
  });
  const lease = holdLease({ pool, serverId, clock: realClock, needs: () => live.fence });
  await lease.ready;

  const versions: Version[] = [];
  const note = (): void => {
    versions.push({
      results: queries.map((query) => evaluate(world.tables, query)),
      pages: queries.map((query) => evaluatePages(world.tables, query)),
    });
  };
  await world.write(writer, world.initial);
  note();

  const participants = Array.from({ length: CLIENTS }, (_, at) => new Participant(live, `${at}`));
  const participant = (at: number): Participant => participants[at] as Participant;
  let mostRuns = 0;
  const tick = async (): Promise<void> => {
    await live.tick();
    mostRuns += live.size;
  };
  let ticking: Promise<void> | null = null;
  const done = new AbortController();
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const freely = scenario.isFree
    ? (async () => {
        while (!done.signal.aborted) {
          await tick();
          await pause();
        }
      })().catch((error: unknown) => {
        unexpected ??= error as Error;
      })
    : null;
  const endTick = async (): Promise<void> => {
    gate.open();
    await ticking;
    ticking = null;
  };
  let held: (() => void) | null = null;
  const release = async (isCommitted: boolean): Promise<void> => {
    if (held === null) return;
    await holder?.query(isCommitted ? "commit" : "rollback");
    if (isCommitted) {
      held();
      note();
    }
    held = null;
  };
  const quiet = async (): Promise<void> => {
    await endTick();
    const slow = participants.filter(({ client }) => client.isSlow);
    for (const { client } of slow) client.isSlow = false;
    for (const one of participants) one.settle(versions.length - 1);
    const last = live.counts.ticks + MAX_TICKS;
    while (live.isDue || participants.some(({ isSettled }) => !isSettled)) {
      if (unexpected !== null) return;
      if (live.counts.ticks > last) throw new Error("there is always something left to tell");
      await (freely === null ? tick() : pause());
    }
    for (const one of participants) one.expectNow(versions.at(-1) as Version);
    for (const { client } of slow) client.isSlow = true;
  };

  const throwUnexpected = (): void => {
    if (unexpected !== null) throw unexpected;
  };

  const take = async (step: Step): Promise<void> => {
    switch (step.kind) {
      case "sql":
        if (step.writes.some(isOfAll)) await release(true);
        await writer.query("begin");
        await world.write(writer, step.writes);
        await writer.query("commit");
        note();
        break;
      case "mutation": {
        if (step.writes.some(isOfAll)) await release(true);
        const mutation = world.mutation(step.writes);
        ({ work } = mutation);
        await program.mutations.run({ kind: "mutation", name: "outer.write", args: {} });
        mutation.done();
        note();
        participant(step.client).settle(versions.length - 1);
        break;
      }
      case "hold":
        await release(true);
        holder ??= await connect();
        await holder.query("begin");
        held = await world.hold(holder, step.writes);
        break;
      case "release":
        await release(step.isCommitted);
        break;
      case "watch":
      case "unwatch":
        participant(step.client)[step.kind](step.query);
        break;
      case "page":
        if (queries[step.query]?.kind === "query") participant(step.client).page(step.query);
        break;
      case "slow":
      case "quick":
        participant(step.client).client.isSlow = step.kind === "slow";
        break;
      case "reconnect":
        participant(step.client).client.reconnect();
        break;
      case "sync":
        // It waits for all who have a snapshot of before.
        await endTick();
        await release(true);
        await database.sync(manifestOf(step.tables));
        if (step.isReplaced) program = makeProgram(step.tables);
        break;
      case "tick":
        await endTick();
        await (freely === null ? tick() : pause());
        break;
      case "begin":
        if (freely !== null) return await pause();
        await endTick();
        {
          const reached = gate.close();
          ticking = tick();
          await Promise.race([reached, ticking]);
        }
        break;
      case "end":
        await endTick();
        break;
      case "quiet":
        await quiet();
    }
  };

  try {
    for (const step of scenario.steps) {
      await withinTime(take(step), step.kind);
      throwUnexpected();
    }

    await release(true);
    await withinTime(quiet(), "quiet");
    throwUnexpected();
    for (const one of participants) one.expectHistory(versions);
    await Promise.all(
      (versions.at(-1) as Version).results.map(async (result, at) => {
        if (result.error !== undefined) return;
        const json = await program.mutations.run({ kind: "query", name: `live.${at}`, args: {} });
        if (isDeepStrictEqual(JSON.parse(json), result.value)) return;
        throw new Error(`a fresh run of query ${at} gives ${json}`);
      }),
    );
    return { runs: live.counts.runs, mostRuns };
  } finally {
    done.abort();
    gate.open();
    await freely;
    await (ticking as Promise<void> | null)?.catch(() => {});
    for (const { client } of participants) client.end();
    await lease[Symbol.asyncDispose]();
    await Promise.all([writer.end(), (holder as Client | null)?.end()]);
  }
}

/** @throws where it takes so long that it will never end. */
async function withinTime(ending: Promise<void>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${what}" does not end`)), STEP_MS);
  });
  await Promise.race([ending, late]).finally(() => clearTimeout(timer));
}

/** Writes for which all others of the table must have ended. */
function isOfAll({ kind }: Write): boolean {
  return kind !== "put" && kind !== "move";
}

const failure: Result = {
  kind: "error",
  problem: { type: "", title: "", status: 500, code: "failed", detail: "", retryable: false },
};
