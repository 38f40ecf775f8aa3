import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { propertyRuns } from "../database/support/property-runs.js";
import { syncedDatabases } from "../postgres/schema/synced-database.js";
import { corpusNames, keepScenario, readScenario, scenarioOf, textOf } from "./oracle/corpus.js";
import { randomScenario } from "./oracle/random-scenario.js";
import { runScenario, type ScenarioCounts } from "./oracle/run-scenario.js";
import type { Scenario } from "./oracle/scenario.js";
import { shrinkScenario } from "./oracle/shrink-scenario.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

/** Less than a test may take. */
const SHRINK_MS = 60_000;

/** What is still a matter of time, such as ticks that go on by themselves, may need more than one try. */
const TRIES = { free: 3, stepped: 1 };

async function run(scenario: Scenario): Promise<ScenarioCounts> {
  await using database = await databases.take();
  return await runScenario(scenario, database);
}

/** What goes wrong, without the particulars; `null` where nothing does. */
async function kindOfFailure(scenario: Scenario): Promise<string | null> {
  for (let left = scenario.isFree ? TRIES.free : TRIES.stepped; left > 0; left -= 1) {
    try {
      await run(scenario);
    } catch (error) {
      return (error as Error).message.split(":")[0]?.replaceAll(/\d+/g, "…") ?? "";
    }
  }
  return null;
}

/** Makes a scenario that failed smaller, and keeps it for all tests to come. @returns where. */
async function shrinkAndKeep(scenario: Scenario): Promise<string> {
  const kind = await kindOfFailure(scenario);
  if (kind === null) return `not again, in a few tries: ${textOf(scenario)}`;
  const end = Date.now() + SHRINK_MS;
  const smallest = await shrinkScenario(scenario, {
    fails: async (candidate) => (await kindOfFailure(candidate)) === kind,
    isOver: () => Date.now() > end,
  });
  return process.env["CI"] === undefined
    ? `tests/realtime/corpus/${keepScenario(smallest)}`
    : textOf(smallest);
}

describe("what went wrong once goes well", () => {
  test.each(corpusNames())("%s", async (name) => {
    await expect(run(readScenario(name))).resolves.toBeDefined();
  });
});

test("what clients show is always one snapshot of history, never an older one, and in the end the last", async () => {
  let runs = 0;
  let mostRuns = 0;
  const property = fc.asyncProperty(randomScenario, async (scenario) => {
    const counts = await run(scenario);
    runs += counts.runs;
    mostRuns += counts.mostRuns;
  });
  const { failed, counterexample, errorInstance, seed } = await fc.check(property, {
    ...propertyRuns(12),
    endOnFailure: true,
  });
  if (failed) {
    const [scenario] = counterexample as [Scenario];
    const smallest = await shrinkAndKeep(scenario);
    expect.fail(`${String(errorInstance)}\nSeed ${seed}; the smallest: ${smallest}`);
  }
  // Else all would be read again each time, and nothing be known of what is not.
  expect(runs).toBeLessThan(mostRuns / 2);
});

test("a scenario is the same once it has been kept", () => {
  fc.assert(
    fc.property(randomScenario, (scenario) => {
      expect(isDeepStrictEqual(scenarioOf(textOf(scenario)), structuredClone(scenario))).toBe(true);
    }),
    propertyRuns(20),
  );
});
