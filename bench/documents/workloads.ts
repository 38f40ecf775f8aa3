import type { Id } from "../../protocol/id.js";
import type { CallingContender, Contender, Operations } from "./contender.js";
import type { BenchDatabase } from "./database.js";
import type { Project } from "./schema.js";

/** What each connection does, again and again. */
export interface Workload {
  readonly name: string;
  /** Operations of one measurement, by all connections together. */
  readonly operations: number;
  /** Runs so many operations on one of the connections, the `worker`-th of `workers`. */
  run(contender: Contender, count: number, worker: number, workers: number): Promise<void>;
}

/** Many operations in each transaction: what is compared is the operations. */
export function createWorkloads(database: BenchDatabase): readonly Workload[] {
  const { userIds, newProject } = database;
  const pickId = createPicker(database.projectIds);
  let user = 0;
  const transactions = (
    name: string,
    operations: number,
    access: "read" | "write",
    perTransaction: number,
    once: (on: Operations, worker: number, workers: number) => Promise<unknown>,
  ): Workload => ({
    name,
    operations,
    async run(contender, count, worker, workers) {
      for (let done = 0; done < count; done += perTransaction) {
        const end = Math.min(count, done + perTransaction);
        await contender.transaction(access, async (on) => {
          for (let n = done; n < end; n++) await once(on, worker, workers);
        });
      }
    },
  });
  return [
    transactions("get", 1_000, "read", 100, (on, worker, workers) =>
      on.get(pickId(worker, workers)),
    ),
    transactions("range", 500, "read", 50, (on) =>
      on.latest(userIds[(user = (user + 7) % userIds.length)] as Id<"users">),
    ),
    transactions("insert", 500, "write", 50, (on) => on.insert(newProject())),
    transactions("patch", 500, "write", 50, (on, worker, workers) =>
      on.patch(pickId(worker, workers), nextPatch()),
    ),
  ];
}

/** Whole calls, which begin and end what they need of a transaction. */
export function createCalls(database: BenchDatabase): readonly Workload[] {
  const pickId = createPicker(database.projectIds);
  return [
    {
      name: "a query of one get",
      operations: 500,
      async run(contender, count, worker, workers) {
        const { getCall } = contender as CallingContender;
        for (let n = 0; n < count; n++) await getCall(pickId(worker, workers));
      },
    },
    {
      name: "a mutation of one insert",
      operations: 500,
      async run(contender, count) {
        const { insertCall } = contender as CallingContender;
        for (let n = 0; n < count; n++) await insertCall(database.newProject());
      },
    },
  ];
}

/**
 * Ids all over the part of the table that belongs to a worker, with a margin: what transactions read
 * and write at the same time is never on the same page, so none of them has to be repeated.
 */
function createPicker(
  ids: readonly Id<"projects">[],
): (worker: number, workers: number) => Id<"projects"> {
  let step = 0;
  return (worker, workers) => {
    const size = Math.floor((ids.length / workers) * 0.9);
    step = (step + 7_919) % size;
    return ids[Math.floor((ids.length / workers) * worker) + step] as Id<"projects">;
  };
}

let patches = 0;

function nextPatch(): Partial<Project> {
  patches += 1;
  return { status: patches % 2 === 0 ? "done" : "active", priority: patches % 10 };
}
