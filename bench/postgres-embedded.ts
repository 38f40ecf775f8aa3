import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Benchmark } from "./benchmark.js";
import { median } from "./support/compare.js";

const built = path.join(import.meta.dirname, "../dist/runtime/postgres/embedded");

/** The tables of a middling project, for a database to be copied with. */
const tables = Array.from(
  { length: 20 },
  (_, table) => `create table table_${table} (id uuid primary key, doc jsonb not null);
    create index on table_${table} ((doc ->> 'name'));`,
).join("\n");

/**
 * How long one waits for the embedded server, and for a database of a test's own. Always on the
 * clock: the work is done by other processes.
 */
export const postgresEmbedded: Benchmark = {
  name: "postgres-embedded",
  async *run({ runs }) {
    const { startEmbeddedPostgres } =
      await load<typeof import("../runtime/postgres/embedded/start.js")>("start.js");
    const { createTemplate, createDatabaseFromTemplate } =
      await load<typeof import("../runtime/postgres/embedded/template-database.js")>(
        "template-database.js",
      );
    const { withClient } =
      await load<typeof import("../runtime/postgres/embedded/database-client.js")>(
        "database-client.js",
      );

    const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
    // Where root measures, the server runs as somebody else.
    chmodSync(folder, 0o755);
    const start = (name: string): ReturnType<typeof startEmbeddedPostgres> =>
      startEmbeddedPostgres({ dataDir: path.join(folder, name) });
    try {
      const times = { first: [], warm: [], join: [], create: [], drop: [] } as Record<
        "first" | "warm" | "join" | "create" | "drop",
        number[]
      >;
      for (let run = 0; run <= runs; run++) {
        const [first, firstMs] = await timed(() => start(`${run}`));
        await first[Symbol.asyncDispose]();
        const [warm, warmMs] = await timed(() => start(`${run}`));
        const [joined, joinMs] = await timed(() => start(`${run}`));
        await createTemplate(warm.url, "template", (url) =>
          withClient(url, async (client) => {
            await client.query(tables);
          }),
        );
        const [copy, createMs] = await timed(() =>
          createDatabaseFromTemplate(warm.url, "template"),
        );
        const [, dropMs] = await timed(() => copy[Symbol.asyncDispose]());
        await joined[Symbol.asyncDispose]();
        await warm[Symbol.asyncDispose]();
        if (run === 0) continue;
        times.first.push(firstMs);
        times.warm.push(warmMs);
        times.join.push(joinMs);
        times.create.push(createMs);
        times.drop.push(dropMs);
      }
      const unit = "ms" as const;
      const within = (atMost: number) => ({ of: "value", atMost }) as const;
      yield { measure: "first start", unit, value: median(times.first), target: within(3000) };
      yield { measure: "warm start", unit, value: median(times.warm), target: within(300) };
      yield { measure: "join a running server", unit, value: median(times.join) };
      yield {
        measure: "a test's database",
        unit,
        value: median(times.create),
        target: within(150),
      };
      yield { measure: "dropping it", unit, value: median(times.drop) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function load<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(built, file)).href)) as Module;
}

async function timed<Result>(work: () => PromiseLike<Result>): Promise<[Result, number]> {
  const started = performance.now();
  const result = await work();
  return [result, performance.now() - started];
}
