import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startConvoy } from "../cli/run-convoy.js";
import { testDatabase } from "../support/postgres.js";
import { tempProject } from "../support/temp-project.js";

const visits = `import { z } from "zod";
import { answer } from "../answer";
import { action } from "../_generated/server";

export const visit = action({
  args: { url: z.url() },
  handler: async (_ctx, { url }) => {
    await fetch(url);
    return answer;
  },
});
`;

test("a call that runs during an edit ends with the code that it began with, and none fails", async () => {
  // Whoever calls this waits until the test lets it go.
  const held: ServerResponse[] = [];
  const gate = createServer((_request, response) => void held.push(response)).listen(
    0,
    "127.0.0.1",
  );
  onTestFinished(() => {
    gate.closeAllConnections();
    gate.close();
  });
  await once(gate, "listening");
  const gateUrl = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;

  await using database = await testDatabase();
  await using project = await tempProject("quickstart", {
    files: {
      "package.json": '{ "type": "module" }',
      "convoy/functions/visits.ts": visits,
      "convoy/answer.ts": 'export const answer: string = "before";\n',
    },
  });
  const env = { DATABASE_URL: database.url };
  await using convoy = startConvoy(["dev", "--port", "0"], { cwd: project.root, env });
  const url = /http:\/\/localhost:\d+/.exec(await convoy.line(/^Functions http/))?.[0] ?? "";
  const visit = async (): Promise<unknown> => {
    const response = await fetch(`${url}/api/action/visits.visit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: gateUrl }),
    });
    return await response.json();
  };
  const letGo = async (): Promise<void> => {
    if (held.length === 0) await once(gate, "request");
    for (const response of held.splice(0)) response.end();
  };

  const running = visit();
  if (held.length === 0) await once(gate, "request");
  const [first] = held.splice(0);
  const asking = new AbortController();
  const answers = Promise.all([askOn(url, asking.signal), askOn(url, asking.signal)]);
  // A module that a function imports, from outside of the folder of functions.
  await project.write("convoy/answer.ts", 'export const answer: string = "after";\n');
  await convoy.line(/^ready \d+ functions/);
  first?.end();
  asking.abort();
  expect((await answers).flat().filter((answer) => answer !== 200)).toEqual([]);
  expect(await running).toEqual({ value: "before" });
  const next = visit();
  await letGo();
  expect(await next).toEqual({ value: "after" });
});

/** Calls a function again as soon as it has been answered, on the connection that was kept for it. */
async function askOn(url: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const statuses: unknown[] = [];
  while (!signal.aborted) {
    const call = fetch(`${url}/api/mutation/users.signIn`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ deviceId: "d1" }),
    });
    statuses.push(await call.then(({ status }) => status, String));
  }
  return statuses;
}
