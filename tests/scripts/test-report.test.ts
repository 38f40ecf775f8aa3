import { expect, test } from "vitest";
import { readTestReport, tallyTestReport } from "../../scripts/test-report.js";

const passedFile = { status: "passed", assertionResults: [{ status: "passed" }] } as const;
const failedFile = {
  status: "failed",
  assertionResults: [{ status: "passed" }, { status: "failed" }],
} as const;
const fileThatDidNotLoad = { status: "failed", assertionResults: [] } as const;

test("tests are counted, not files", () => {
  const report = { numPassedTests: 2, numFailedTests: 1, testResults: [passedFile, failedFile] };
  expect(tallyTestReport(report, 1)).toEqual({ passed: 2, failed: 1 });
});

test("a test file that does not load counts as one failure", () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 0,
    testResults: [passedFile, fileThatDidNotLoad],
  };
  expect(tallyTestReport(report, 1)).toEqual({ passed: 1, failed: 1 });
});

test("a failure outside of any test still fails the run", () => {
  const report = { numPassedTests: 1, numFailedTests: 0, testResults: [passedFile] };
  expect(tallyTestReport(report, 1)).toEqual({ passed: 1, failed: 1 });
  expect(tallyTestReport(report, 0)).toEqual({ passed: 1, failed: 0 });
});

test("a missing report counts as one failure, whatever the exit code", () => {
  expect(readTestReport("does-not-exist.json", 0)).toEqual({ passed: 0, failed: 1 });
});
