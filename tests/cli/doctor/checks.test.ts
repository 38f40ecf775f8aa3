import { describe, expect, test } from "vitest";
import { checkNode } from "../../../cli/doctor/check-node.js";
import { checkPackages } from "../../../cli/doctor/check-packages.js";
import { checkPlugins } from "../../../cli/doctor/check-plugins.js";
import { checkTsconfig } from "../../../cli/doctor/check-tsconfig.js";
import { checkTypeScript } from "../../../cli/doctor/check-typescript.js";
import { type DatabaseRights, judgeRights } from "../../../cli/doctor/database-rights.js";
import type { Finding } from "../../../cli/doctor/finding.js";
import type { InstalledPackages } from "../../../cli/doctor/installed.js";
import { readTsconfig } from "../../../cli/doctor/tsconfig.js";
import { atLeast } from "../../../cli/doctor/version.js";
import { loadTypeScript } from "../../../compiler/hosts/typescript/load.js";
import { projectLayout } from "../../../compiler/project/layout.js";
import { type TempProject, tempProject } from "../../support/temp-project.js";

const installed: InstalledPackages = {
  convoy: "0.1.0",
  typescript: "6.0.3",
  tsPatch: "3.3.0",
  zod: "4.6.7",
  drizzle: null,
};
const transformer = { transform: "convoy/transformer", transformProgram: true };
const node = "v20.19.0";

test("versions are compared by their numbers", () => {
  expect(atLeast("20.19.0", "20.19")).toBe(true);
  expect(atLeast("v20.9.0", "20.19")).toBe(false);
  expect(atLeast("5.10.1", "5.5")).toBe(true);
  expect(atLeast("4.0.0-beta.1", "4")).toBe(true);
  expect(atLeast("3.25.76", "4")).toBe(false);
});

test("Node is as old as Convoy runs on, or newer", () => {
  expect(checkNode(node).outcome).toBe("ok");
  expect(checkNode("v22.0.0").outcome).toBe("ok");
  expect(checkNode("v18.20.4")).toMatchObject({ outcome: "problem", check: "node" });
});

describe("packages", () => {
  const outcomes = (change: Partial<InstalledPackages>): readonly Finding[] =>
    checkPackages({ ...installed, ...change }, "0.1.0");

  test("that fit are named", () => {
    const [finding, ...more] = outcomes({ drizzle: "0.45.5" });
    expect(finding).toMatchObject({ outcome: "ok" });
    expect(finding?.message).toBe("convoy 0.1.0, zod 4.6.7, drizzle-orm 0.45.5.");
    expect(more).toEqual([]);
    expect(outcomes({})[0]?.message).toContain("there is no ctx.drizzle");
  });

  test.each<[Partial<InstalledPackages>, Finding["outcome"], string]>([
    [{ zod: null }, "problem", "npm install zod@4"],
    [{ zod: "3.25.76" }, "problem", "npm install zod@4"],
    [{ convoy: null }, "problem", "npm install convoy"],
    [{ convoy: "0.0.9" }, "warning", "npx convoy"],
    [{ drizzle: "0.44.0" }, "warning", "drizzle-orm@^0.45.4"],
    [{ drizzle: "1.0.0-beta.2" }, "warning", "drizzle-orm@^0.45.4"],
  ])("such as %o are found", (change, outcome, fix) => {
    const [finding, ...more] = outcomes(change);
    expect(finding).toMatchObject({ outcome, check: "packages" });
    expect(finding?.fix).toContain(fix);
    expect(more).toEqual([]);
  });
});

describe("TypeScript", () => {
  test.each([
    [null, "ok", "no TypeScript of its own"],
    ["5.4.5", "warning", "older"],
    ["5.5.4", "ok", "TypeScript 5.5.4"],
    ["6.0.3", "ok", "TypeScript 6.0.3"],
    ["7.0.2", "ok", "all works but `tspc` and the editor plugin"],
  ])("%s is %s", (version, outcome, says) => {
    const finding = checkTypeScript(version, "6.0.3");
    expect(finding.outcome).toBe(outcome);
    expect(finding.message).toContain(says);
    expect(finding.message).toContain("TypeScript 6.0.3, which it brings along");
  });
});

describe("plugins", () => {
  const look = (plugins: readonly object[], change: Partial<InstalledPackages> = {}) =>
    checkPlugins({ plugins }, { ...installed, ...change }, node);

  test("are not needed, and are named where they work", () => {
    expect(look([])).toMatchObject([{ outcome: "ok" }]);
    const both = look([transformer, { name: "convoy/language-service-plugin" }]);
    expect(both).toMatchObject([{ outcome: "ok" }]);
    expect(both[0]?.message).toContain("the transformer and the editor plugin");
  });

  test.each<[string, readonly object[], Partial<InstalledPackages>, Finding["outcome"], string]>([
    ["that TypeScript 7 leaves out", [transformer], { typescript: "7.0.2" }, "warning", "~6.0"],
    ["without ts-patch", [transformer], { tsPatch: null }, "warning", "ts-patch"],
    ["with a ts-patch for newer Nodes", [transformer], { tsPatch: "4.0.1" }, "warning", "@~3.3"],
    ["without TypeScript", [transformer], { typescript: null }, "problem", "typescript@~6.0"],
    [
      "without the word that makes them work",
      [{ transform: "convoy/transformer" }],
      {},
      "problem",
      "transformProgram",
    ],
  ])("%s are found", (_name, plugins, change, outcome, fix) => {
    const [finding, ...more] = look(plugins, change);
    expect(finding).toMatchObject({ outcome, check: "plugins" });
    expect(finding?.fix).toContain(fix);
    expect(more).toEqual([]);
  });
});

describe("the tsconfig", () => {
  const look = (
    { root }: TempProject,
    typescript: string | null = "6.0.3",
  ): readonly Pick<Finding, "outcome" | "message">[] => {
    const layout = projectLayout(root);
    const ts = loadTypeScript();
    return checkTsconfig(ts, layout, readTsconfig(ts, layout), typescript);
  };
  const write = (project: TempProject, compilerOptions: object, include = ["convoy"]) =>
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, include }));

  test("is looked at as it is written, with what it extends", async () => {
    await using project = await tempProject("quickstart");
    expect(look(project)).toMatchObject([{ outcome: "ok" }]);

    await write(project, { moduleResolution: "node10", strict: true });
    expect(look(project)).toMatchObject([{ outcome: "problem" }]);
    await write(project, { module: "esnext", strict: true });
    expect(look(project, "5.9.3")).toMatchObject([{ outcome: "problem" }]);
    expect(look(project, "6.0.3")).toMatchObject([{ outcome: "ok" }]);
    await write(project, { module: "nodenext", strict: true });
    expect(look(project, "5.9.3")).toMatchObject([{ outcome: "ok" }]);

    await write(project, { module: "preserve", strict: false });
    expect(look(project)).toMatchObject([{ outcome: "warning" }]);
    await write(project, { module: "preserve" }, ["src"]);
    const [lax, outside] = look(project, "5.9.3");
    expect(lax?.message).toContain("null");
    expect(outside?.message).toContain("does not include convoy/schema.ts");

    await project.write("base.json", '{ "compilerOptions": { "strict": true } }');
    await project.write("tsconfig.json", '{ "extends": "./base.json", "include": ["convoy"] }');
    expect(look(project, "6.0.3")).toMatchObject([{ outcome: "ok" }]);
    await project.remove("tsconfig.json");
    expect(look(project)).toMatchObject([{ outcome: "warning" }]);
  });
});

describe("a database", () => {
  const rights: DatabaseRights = {
    host: "db.example.com",
    port: 5432,
    database: "app",
    user: "ada",
    version: "16.4 (Debian 16.4-1)",
    major: 16,
    isStandby: false,
    createsDatabases: false,
    createsSchemas: true,
    createsTables: true,
    createsOwnTables: null,
  };

  test("is named with its version", () => {
    const finding = judgeRights(rights);
    expect(finding.outcome).toBe("ok");
    expect(finding.message).toBe(
      'PostgreSQL 16.4 at db.example.com:5432, database "app", user "ada".',
    );
    // Convoy's schema is there: nobody needs to make another.
    const later = { ...rights, createsSchemas: false, createsOwnTables: true };
    expect(judgeRights(later).outcome).toBe("ok");
  });

  test.each<[Partial<DatabaseRights>, string]>([
    [{ major: 14, version: "14.9" }, "Upgrade"],
    [{ isStandby: true }, "primary"],
    [{ createsSchemas: false }, 'grant create on database "app" to "ada"'],
    [{ createsTables: false }, 'grant create on schema public to "ada"'],
    [{ createsOwnTables: false }, 'grant create, usage on schema _convoy to "ada"'],
  ])("such as %o cannot be used, and it says why", (change, fix) => {
    const finding = judgeRights({ ...rights, ...change });
    expect(finding.outcome).toBe("problem");
    expect(finding.fix).toContain(fix);
  });
});
