import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import { rules } from "../../compiler/rules/index.js";
import { fixtureRoot, openSession } from "../support/analyse.js";
import { expectGolden } from "../support/golden.js";
import { diagnosticsPage } from "./diagnostics-page.js";
import { applyEdits, type ReadText, renderDiagnostics } from "./render-diagnostics.js";

const repository = path.join(import.meta.dirname, "..", "..");
const golden = path.join(repository, "tests", "golden", "rules");

describe("rules", () => {
  test("have codes and names of their own, in order", () => {
    const codes = rules.map((rule) => rule.code);
    expect(codes).toEqual([...new Set(codes)].toSorted());
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  });

  test("each have a fixture, and every fixture has its rule", () => {
    const names = readdirSync(fixtureRoot("rules"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(names.toSorted()).toEqual(rules.map((rule) => rule.name).toSorted());
  });

  test("are all in docs/diagnostics.md", () => {
    const file = path.join(repository, "docs", "diagnostics.md");
    const page = diagnosticsPage(rules);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, page);
    expect(page, "docs/diagnostics.md is old; `npm run golden` rewrites it").toBe(
      readFileSync(file, "utf8"),
    );
  });

  const rendered: Record<string, string> = {};
  for (const rule of rules) {
    test(`${rule.code} ${rule.name} finds what its fixture shows, and offers the fixes that it names`, () => {
      const session = openSession(fixtureRoot(`rules/${rule.name}`));
      const { diagnostics } = session.analyse();
      const readText: ReadText = (file) => session.readText(file);
      rendered[`${rule.name}.txt`] = renderDiagnostics(diagnostics, readText);
      const own = diagnostics.filter((diagnostic) => diagnostic.rule === rule.name);
      expect(own).not.toEqual([]);
      const offered = own.flatMap(({ fixes = [] }) => fixes.map((fix) => fix.name));
      expect([...new Set(offered)].toSorted()).toEqual(rule.fixes.toSorted());
      expect(brokenFixes(diagnostics, readText)).toEqual([]);
    });
  }

  test("say to the letter what the golden files hold", async () => {
    await expectGolden(golden, rendered);
  });
});

/** The fixes after which a file is no TypeScript any more. */
function brokenFixes(diagnostics: readonly ConvoyDiagnostic[], readText: ReadText): string[] {
  const broken: string[] = [];
  for (const { fixes = [] } of diagnostics) {
    for (const { title, edits } of fixes) {
      for (const file of new Set(edits.map(({ span }) => span.file))) {
        const own = edits.filter(({ span }) => span.file === file);
        const text = applyEdits(readText(file) ?? "", own);
        const { diagnostics: errors = [] } = ts.transpileModule(text, {
          fileName: file,
          reportDiagnostics: true,
        });
        const syntax = errors.filter(({ code }) => code < 2000 || code >= 17_000);
        if (syntax.length > 0) broken.push(`${title}: ${text}`);
      }
    }
  }
  return broken;
}
