import { expect, test } from "vitest";
import { tempProject } from "../support/temp-project.js";
import { runTspc, typescriptVersions, watchTspc } from "../support/tspc.js";
import { addTable, client, quickstart, tsconfig } from "./build-project.js";

const passes = { exitCode: 0, output: "" };

test.for(typescriptVersions)(
  "one run on a clean checkout type-checks, generates and emits (%s)",
  async (version) => {
    await using fixture = await tempProject("quickstart", { drizzle: true });
    await using project = await quickstart({}, { drizzle: true });
    expect(await runTspc(project, [], version)).toEqual(passes);
    expect(project.exists("dist/src/main.js")).toBe(true);
    expect(project.exists("dist/convoy/_generated/functions.js")).toBe(true);
    // With doc comments: `tsc` does not read them, and what is generated must not depend on it.
    for (const name of ["api.ts", "apiTypes.d.ts", "dataModel.ts", "drizzle.ts", "manifest.json"]) {
      const file = `convoy/_generated/${name}`;
      expect(await project.read(file)).toBe(await fixture.read(file));
    }
  },
);

/** The rules find an error in it, TypeScript none. */
const faulty = `
import { mutation } from "../_generated/server";

export const signUp = mutation({
  args: {},
  handler: async (ctx) => {
    ctx.db.insert("users", { deviceId: "1", createdAt: 0 });
  },
});
`;

test("what the rules find fails the build, and what they warn of does not", async () => {
  const scan = `
import { query } from "../_generated/server";
export const all = query({ args: {}, handler: (ctx) => ctx.db.query("users").collect() });
`;
  await using project = await quickstart({ "convoy/functions/scan.ts": scan });
  const warned = await runTspc(project);
  expect(warned.output).toMatch(
    /^convoy\/functions\/scan\.ts\(3,\d+\): warning TS992005: CV2005: /,
  );
  expect(warned.exitCode).toBe(0);

  await project.write("convoy/functions/faulty.ts", faulty);
  const failed = await runTspc(project);
  expect(failed.output).toMatch(/^convoy\/functions\/faulty\.ts\(7,5\): error TS992010: CV2010: /m);
  expect(failed.exitCode).not.toBe(0);
});

test("a schema with an error leaves what is generated and shows the error at its place", async () => {
  await using project = await quickstart();
  await runTspc(project);
  const stamp = project.stamp("convoy/_generated/dataModel.ts");
  await addTable(project);
  await project.replace("convoy/schema.ts", "defineTable({ title:", 'defineTable({ "_title":');
  const { exitCode, output } = await runTspc(project);
  expect(output).toMatch(/^convoy\/schema\.ts\(5,\d+\): error TS991009: CV1009: /m);
  expect(exitCode).not.toBe(0);
  expect(project.stamp("convoy/_generated/dataModel.ts")).toBe(stamp);
});

test("a clean tspc --build gives types to the project that references this one", async () => {
  await using project = await quickstart({
    "tsconfig.json": JSON.stringify({
      files: [],
      references: [{ path: "./tsconfig.convoy.json" }, { path: "./app" }],
    }),
    "tsconfig.convoy.json": tsconfig({
      compilerOptions: { composite: true },
      include: ["convoy"],
    }),
    "app/tsconfig.json": tsconfig({
      compilerOptions: { composite: true, outDir: "../dist/app" },
      include: ["."],
      references: [{ path: "../tsconfig.convoy.json" }],
    }),
    "app/main.ts": client,
  });
  expect(await runTspc(project, ["--build"])).toEqual(passes);
  expect(project.exists("dist/convoy/_generated/api.d.ts")).toBe(true);
  expect(project.exists("dist/app/main.js")).toBe(true);
});

test("tspc --watch generates on a clean checkout and after an edit, and writes nothing else", async () => {
  await using project = await quickstart();
  await using tspc = watchTspc(project);
  expect(await tspc.nextCompilation()).toMatch(/Found 0 errors/);
  const stamp = project.stamp("convoy/_generated/server.ts");
  await addTable(project);
  expect(await tspc.nextCompilation(/Found [1-9]/)).toMatch(
    /src\/main\.ts\(5,14\): error TS2741: Property 'tasks' is missing/,
  );
  await project.write("convoy/functions/faulty.ts", faulty);
  await tspc.nextCompilation(/error TS992010: CV2010: /);
  expect(await project.read("convoy/_generated/functions.ts")).toContain("faulty");
  expect(project.stamp("convoy/_generated/server.ts")).toBe(stamp);
});
