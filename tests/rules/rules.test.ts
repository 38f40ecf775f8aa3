import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { rules } from "../../compiler/rules/index.js";
import { createSession } from "../../compiler/session.js";
import { expectGolden } from "../support/golden.js";
import { renderDiagnostics } from "./render-diagnostics.js";

const repository = path.join(import.meta.dirname, "..", "..");
const fixtures = path.join(repository, "fixtures", "rules");
const golden = path.join(repository, "tests", "golden", "rules");

describe("rules", () => {
  test("have codes and names of their own, in order", () => {
    const codes = rules.map((rule) => rule.code);
    expect(codes).toEqual(codes.toSorted());
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  });

  test("each have a fixture, and every fixture has its rule", () => {
    const names = readdirSync(fixtures, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(names.toSorted()).toEqual(rules.map((rule) => rule.name).toSorted());
  });

  const rendered: Record<string, string> = {};
  for (const rule of rules) {
    test(`${rule.code} ${rule.name} finds what its fixture shows, and offers no fix that it does not name`, () => {
      const root = path.join(fixtures, rule.name);
      const session = createSession({ ts, root });
      const { diagnostics } = session.analyse();
      const readText = (file: string): string | undefined => {
        const absolute = path.join(root, file);
        return existsSync(absolute) ? readFileSync(absolute, "utf8") : undefined;
      };
      rendered[`${rule.name}.txt`] = renderDiagnostics(diagnostics, readText);
      const own = diagnostics.filter((diagnostic) => diagnostic.rule === rule.name);
      expect(own).not.toEqual([]);
      const offered = new Set(
        own.flatMap((diagnostic) => diagnostic.fixes ?? []).map((fix) => fix.name),
      );
      expect([...offered].toSorted()).toEqual(rule.fixes.toSorted());
    });
  }

  test("say to the letter what the golden files hold", async () => {
    await expectGolden(golden, rendered);
  });
});
