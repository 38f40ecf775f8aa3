import { expect, test } from "vitest";
import { tempProject } from "../../support/temp-project.js";
import { startConvoy } from "../run-convoy.js";

const generated = "convoy/_generated";

test("--watch writes at once, after every edit and again what is deleted, whatever goes wrong between", async () => {
  await using project = await tempProject("quickstart", { without: [generated] });
  await using convoy = startConvoy(["codegen", "--watch"], { cwd: project.root });
  await convoy.line(/^Wrote \d+ files to convoy\/_generated/);

  const schema = await project.read("convoy/schema.ts");
  await project.write(
    "convoy/schema.ts",
    schema.replace("deviceId: z.string(),", "$& nick: z.string().optional(),"),
  );
  expect(await convoy.line(/^Wrote /)).toContain("dataModel.ts");
  expect(await project.read(`${generated}/dataModel.ts`)).toContain("nick?: string");

  await project.write("convoy/schema.ts", "export default 1 +;\n");
  expect(await convoy.line(/^Found 1 error/)).toMatch(/schema\.ts:1:19 - error TS1109: /);
  await project.write("convoy/schema.ts", schema);
  expect(await convoy.line(/^Wrote /)).toContain("dataModel.ts");

  const tsconfig = await project.read("tsconfig.json");
  await project.write("tsconfig.json", "{");
  await convoy.line(/^error CV0002: Cannot read .*tsconfig\.json:1:2: /);
  await project.write("tsconfig.json", tsconfig);
  await convoy.line(/^convoy\/_generated is up to date/);

  await project.remove(generated);
  await convoy.line(/^Restored \d+ files in convoy\/_generated\./);
  expect(await project.read(`${generated}/dataModel.ts`)).not.toContain("nick");
});

test("--watch follows what is beside convoy/: a package of a monorepo, global types, a file that was missing", async () => {
  await using project = await tempProject("quickstart", {
    without: ["convoy", "src"],
    files: {
      "packages/app/tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "esnext",
          moduleResolution: "bundler",
          paths: { "@/*": ["./src/*"] },
        },
        include: ["convoy", "src"],
      }),
      "packages/app/src/main.ts": "export {};\n",
      "packages/app/convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
import { fields } from "../../shared/fields";
export default defineSchema({ users: defineTable({ ...fields, paid: z.custom<Money>() }) });
`,
      "packages/app/convoy/functions/users.ts": `import { query } from "../_generated/server";
import { late } from "../../src/late";
import { latest } from "@/latest";
import { inside } from "@/folder/inside";
export const one = query({ handler: async () => [late(), latest(), inside()] as const });
`,
      "packages/shared/fields.ts": `import { z } from "zod";
export const fields = { name: z.string() };
`,
    },
  });
  const app = (file: string) => `packages/app/${file}`;
  const generatedIn = (name: string) => project.read(app(`${generated}/${name}`));
  await using convoy = startConvoy(["codegen", "--watch"], { cwd: `${project.root}/packages/app` });
  await convoy.line(/^Wrote /);
  expect(await generatedIn("dataModel.ts")).toContain("paid: any");

  await project.write(
    "packages/shared/fields.ts",
    `import { z } from "zod";
export const fields = { name: z.string(), nick: z.string() };
`,
  );
  expect(await convoy.line(/^Wrote /)).toContain("dataModel.ts");
  expect(await generatedIn("dataModel.ts")).toContain("nick: string");

  await project.write(app("src/money.d.ts"), "type Money = number;\n");
  expect(await convoy.line(/^Wrote /)).toContain("dataModel.ts");
  expect(await generatedIn("dataModel.ts")).toContain("paid: number");

  await project.write(app("src/late.ts"), "export const late = () => ({ came: true });\n");
  expect(await convoy.line(/^Wrote /)).toContain("apiTypes.d.ts");
  expect(await generatedIn("apiTypes.d.ts")).toContain("{ came: boolean }");
  await project.write(app("src/latest.ts"), "export const latest = () => ({ alias: true });\n");
  expect(await convoy.line(/^Wrote /)).toContain("apiTypes.d.ts");
  expect(await generatedIn("apiTypes.d.ts")).toContain("{ alias: boolean }");
  await project.write(app("src/folder/inside.ts"), "export const inside = () => ({ deep: 1 });\n");
  expect(await convoy.line(/^Wrote /)).toContain("apiTypes.d.ts");
  expect(await generatedIn("apiTypes.d.ts")).toContain("{ deep: number }");
});

test("--watch ends at Ctrl-C with exit code 0", async () => {
  await using project = await tempProject("quickstart");
  await using convoy = startConvoy(["codegen", "--watch"], { cwd: project.root });
  await convoy.line(/up to date|^Wrote/);
  // Windows knows no signals: the process is ended there.
  expect(await convoy.interrupt()).toBe(process.platform === "win32" ? null : 0);
});
