/**
 * The one test command: builds, runs every check and then the tests, and ends with the line
 * `N passed, N failed`, in which a check counts as one test. Steps are the scripts of package.json
 * and run through `npm test`, which puts the tools on the PATH.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { readTestReport, type Tally } from "./test-report.js";
import { repository } from "./tool.js";

interface Step {
  readonly script: string;
  /** Cannot pass without this step, so it is not run when that one fails. */
  readonly needs?: string;
  /** Uses all cores by itself. */
  readonly alone?: boolean;
}

const steps: readonly Step[] = [
  { script: "build" },
  { script: "format" },
  { script: "imports" },
  { script: "hygiene" },
  { script: "dead-code" },
  { script: "types" },
  { script: "lint", needs: "build" },
  { script: "package", needs: "build" },
  { script: "vitest", needs: "build", alone: true },
];

const STEPS_AT_ONCE = 2;
const reportFile = path.join(repository, "node_modules", ".cache", "convoy", "tests.json");
const { scripts } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const outcomes = new Map<string, Tally & { readonly summary: string }>();
const printer = inOrderPrinter();

await runAll();

process.stdout.write("\n");
for (const { script } of steps) {
  const { failed, summary } = outcomes.get(script)!;
  process.stdout.write(`${failed === 0 ? "ok  " : "FAIL"}  ${script.padEnd(10)} ${summary}\n`);
}
const passed = sum((outcome) => outcome.passed);
const failed = sum((outcome) => outcome.failed);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);

function sum(of: (tally: Tally) => number): number {
  return [...outcomes.values()].reduce((total, outcome) => total + of(outcome), 0);
}

/** Starts the first step that may start whenever there is room, until none is left. */
async function runAll(): Promise<void> {
  const waiting = [...steps];
  const running = new Map<Step, Promise<Step>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex((step) => canStart(step, running.size));
    if (next >= 0) {
      const [step] = waiting.splice(next, 1) as [Step];
      running.set(
        step,
        run(step).then(() => step),
      );
    } else {
      running.delete(await Promise.race(running.values()));
    }
  }
}

function canStart(step: Step, running: number): boolean {
  if (step.needs !== undefined && !outcomes.has(step.needs)) return false;
  return step.alone ? running === 0 : running < STEPS_AT_ONCE;
}

async function run(step: Step): Promise<void> {
  const print = printer.section(step.script);
  if (step.needs !== undefined && outcomes.get(step.needs)!.failed > 0) {
    outcomes.set(step.script, { passed: 0, failed: 1, summary: `not run: ${step.needs} failed` });
    print.end();
    return;
  }
  const started = performance.now();
  const code = await execute(step, print.write);
  const tally = step.script === "vitest" ? readTestReport(reportFile, code) : checkTally(code);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const counts = step.script === "vitest" ? `, ${tally.passed} passed, ${tally.failed} failed` : "";
  outcomes.set(step.script, { ...tally, summary: `${seconds} s${counts}` });
  print.end();
}

function checkTally(code: number): Tally {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function execute(step: Step, write: (chunk: string) => void): Promise<number> {
  let command = scripts[step.script];
  if (command === undefined) throw new Error(`package.json has no script "${step.script}".`);
  if (step.script === "vitest") {
    // A report left by an earlier run must not be mistaken for this one's.
    rmSync(reportFile, { force: true });
    mkdirSync(path.dirname(reportFile), { recursive: true });
    command += ` --reporter=default --reporter=json --outputFile.json="${reportFile}"`;
  }
  const child = spawn(command, {
    cwd: repository,
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    // A pipe tells them nothing about where their output ends up.
    env: { [process.stdout.isTTY ? "FORCE_COLOR" : "NO_COLOR"]: "1", ...process.env },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", write);
  }
  return new Promise((resolve) => {
    child.on("error", (error) => {
      write(`${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

interface Section {
  readonly write: (chunk: string) => void;
  readonly end: () => void;
}

/**
 * Steps run side by side but read one after the other: the oldest unfinished one streams, the
 * others are kept until it is their turn.
 */
function inOrderPrinter(): { section(title: string): Section } {
  const open: Array<{ text: string; ended: boolean }> = [];
  const flush = (): void => {
    for (let first = open[0]; first !== undefined; first = open[0]) {
      process.stdout.write(first.text);
      first.text = "";
      if (!first.ended) return;
      open.shift();
    }
  };
  return {
    section(title) {
      const section = { text: `\n> ${title}\n`, ended: false };
      open.push(section);
      flush();
      return {
        write(chunk) {
          section.text += chunk;
          flush();
        },
        end() {
          section.ended = true;
          flush();
        },
      };
    },
  };
}
