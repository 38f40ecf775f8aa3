import { describe, expect, test } from "vitest";
import { findImportProblems } from "../../../scripts/checks/import-problems.js";
import { layers } from "../../../scripts/checks/layers.js";
import { readImports } from "../../../scripts/checks/read-imports.js";

function problemsOf(files: Readonly<Record<string, string>>): string[] {
  return findImportProblems(new Map(Object.entries(files)), layers);
}

describe("reading imports", () => {
  test("tells what loads a module, what loads it later, and what is only a type", () => {
    const text = [
      'import a from "a";',
      'import { type B } from "b";',
      'import type { C } from "c";',
      'export * from "d";',
      'export type { E } from "e";',
      'type F = import("f").F;',
      'const g = await import("g");',
      'const h = require("h");',
      "const i = await import(name);",
    ].join("\n");
    expect(readImports("file.ts", text).map(({ specifier, kind }) => [specifier, kind])).toEqual([
      ["a", "value"],
      ["b", "value"],
      ["c", "type"],
      ["d", "value"],
      ["e", "type"],
      ["f", "type"],
      ["g", "lazy"],
      ["h", "lazy"],
      [undefined, "lazy"],
    ]);
  });
});

describe("the direction of imports", () => {
  test("what the design draws is allowed", () => {
    expect(
      problemsOf({
        "protocol/id.ts": "",
        "client/index.ts": 'import { id } from "../protocol/id.js";',
        "client/react/index.tsx": 'import { useState } from "react"; import "../index.js";',
        "compiler/model/facts.ts": "",
        "compiler/syntax/read.ts": 'import type ts from "typescript"; import "node:path";',
        "compiler/hosts/typescript/load.ts": 'import ts from "typescript";',
        "compiler/index.ts": 'import "./hosts/typescript/load.js"; import "./model/facts.js";',
        "runtime/index.ts":
          'import { z } from "zod"; import { drizzle } from "drizzle-orm/node-postgres";' +
          'import type { Facts } from "../compiler/model/facts.js"; import "../protocol/id.js";',
        "language-service-plugin/index.ts": 'import "../compiler/index.js";',
        "cli/main.ts": 'import "commander"; import "../runtime/index.js"; import(file);',
      }),
    ).toEqual([]);
  });

  test.each([
    ["protocol/id.ts", 'import { z } from "zod";'],
    ["protocol/id.ts", 'import type { z } from "zod";'],
    ["protocol/id.ts", 'import { randomUUID } from "node:crypto";'],
    ["protocol/id.ts", 'import type { C } from "../client/index.js";'],
    ["client/index.ts", 'import { z } from "zod";'],
    ["client/index.ts", 'import { hook } from "./react/index.js";'],
    ["client/index.ts", 'import { server } from "../runtime/index.js";'],
    ["client/index.ts", 'import { EventEmitter } from "events";'],
    ["compiler/index.ts", 'import ts from "typescript";'],
    ["compiler/index.ts", 'import { type Node } from "typescript";'],
    ["compiler/index.ts", 'const ts = require("typescript");'],
    ["compiler/index.ts", "const userModule = await import(file);"],
    ["compiler/index.ts", 'import { defineRef } from "../runtime/index.js";'],
    ["compiler/index.ts", 'import { defineRef } from "convoy";'],
    ["compiler/model/facts.ts", 'import type ts from "typescript";'],
    ["compiler/model/facts.ts", 'import { compile } from "../index.js";'],
    ["runtime/index.ts", 'import { compile } from "../compiler/index.js";'],
    ["runtime/index.ts", 'import type { compile } from "../compiler/index.js";'],
    ["runtime/index.ts", 'import { facts } from "../compiler/model/other.js";'],
    ["runtime/index.ts", 'import type ts from "typescript";'],
    ["runtime/index.ts", 'import { helper } from "../tests/support/helper.js";'],
    ["cli/main.ts", 'import { defineRef } from "convoy";'],
    ["elsewhere/index.ts", ""],
  ])("%s may not hold %s", (file, text) => {
    const problems = problemsOf({
      "protocol/other.ts": "",
      "client/index.ts": "",
      "client/react/index.tsx": "",
      "compiler/index.ts": "",
      "compiler/model/other.ts": "",
      "runtime/index.ts": "",
      [file]: text,
    });
    expect(problems).toEqual([expect.stringMatching(`^${file}:`)]);
  });
});

describe("import cycles", () => {
  test("a cycle of values is reported once, as a way round", () => {
    expect(
      problemsOf({
        "protocol/a.ts": 'import "./b.js"; import "./d.js";',
        "protocol/b.ts": 'import "./c.js";',
        "protocol/c.ts": 'import "./a.js";',
        "protocol/d.ts": "",
      }),
    ).toEqual([
      "protocol/a.ts: import cycle protocol/a.ts → protocol/b.ts → protocol/c.ts → protocol/a.ts",
    ]);
  });

  test("types and lazy imports close no cycle", () => {
    expect(
      problemsOf({
        "protocol/a.ts": 'import "./b.js";',
        "protocol/b.ts": 'import type { A } from "./a.js"; import("./a.js");',
      }),
    ).toEqual([]);
  });
});
