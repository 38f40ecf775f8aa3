import { readFileSync } from "node:fs";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: ReadonlyArray<{
    readonly status: "passed" | "failed";
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>;
  }>;
}

/** Counts the tests of a Vitest JSON report, which is missing when Vitest did not get that far. */
export function readTestReport(file: string, exitCode: number): Tally {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return { passed: 0, failed: 1 };
  }
  return tallyTestReport(JSON.parse(text) as Report, exitCode);
}

/** What the report does not call a failed test, but is one: a file that did not load, an unhandled error. */
export function tallyTestReport(report: Report, exitCode: number): Tally {
  const filesNotLoaded = report.testResults.filter(
    (file) =>
      file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  ).length;
  const failed = report.numFailedTests + filesNotLoaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
  };
}
