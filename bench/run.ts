/**
 * `npm run bench` runs all benchmarks, `npm run bench -- growth tspc` some of them. `--runs 9` takes
 * the median of nine runs, `--cpu` counts the processors' time in place of the clock's, for a machine
 * that does other work meanwhile, and `--json` prints nothing but the rows. `--minutes 5` is how long a
 * soak lasts; it and what else takes long run only by their names. A missed target is a figure to look
 * at, not a failure: the exit code says only whether the measuring worked.
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Benchmark, type Clock, isMet, type Row, ratioOf } from "./benchmark.js";
import { afterEdit } from "./benchmarks/after-edit.js";
import { changeLog } from "./benchmarks/change-log.js";
import { clientCheck } from "./benchmarks/client-check.js";
import { codegenCold } from "./benchmarks/codegen-cold.js";
import { editor } from "./benchmarks/editor.js";
import { growth } from "./benchmarks/growth.js";
import { memory } from "./benchmarks/memory.js";
import { recovery } from "./benchmarks/recovery.js";
import { tspc } from "./benchmarks/tspc.js";
import { dev } from "./dev.js";
import { http } from "./http.js";
import { live } from "./live.js";
import { postgresDocuments } from "./postgres-documents.js";
import { postgresEmbedded } from "./postgres-embedded.js";
import { postgresSync } from "./postgres-sync.js";
import { tableOf } from "./print.js";
import { serve } from "./serve.js";

const benchmarks: readonly Benchmark[] = [
  codegenCold,
  afterEdit,
  tspc,
  clientCheck,
  growth,
  editor,
  memory,
  postgresEmbedded,
  postgresDocuments,
  postgresSync,
  recovery,
  changeLog,
  http,
  serve,
  dev,
  ...live,
];

const { values: options, positionals: names } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    cpu: { type: "boolean", default: false },
    minutes: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const runs = Number(options.runs);
const minutes = Number(options.minutes);
const clock: Clock = options.cpu ? "cpu" : "wall";
if (!Number.isInteger(runs) || runs < 1) throw new Error("--runs takes a number of at least 1.");
if (!(minutes > 0)) throw new Error("--minutes takes a number above 0.");
for (const name of names) {
  if (benchmarks.some((benchmark) => benchmark.name === name)) continue;
  const known = benchmarks.map((benchmark) => benchmark.name).join(", ");
  throw new Error(`There is no benchmark "${name}". There are: ${known}.`);
}
if (!existsSync(path.join(import.meta.dirname, "../dist/cli/main.js"))) {
  throw new Error("What is measured is the build: run npm run build first.");
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`;
if (!options.json) console.log(`${machine}, medians of ${runs}, ${clock} time`);
const report: object[] = [];
for (const benchmark of benchmarks) {
  if (names.length === 0 ? benchmark.onDemand : !names.includes(benchmark.name)) continue;
  const rows: Row[] = [];
  for await (const row of benchmark.run({ runs, clock, minutes })) rows.push(row);
  if (!options.json) console.log(`\n${benchmark.name}\n${tableOf(rows)}`);
  report.push(
    ...rows.map((row) => ({
      benchmark: benchmark.name,
      ...row,
      ratio: ratioOf(row),
      met: isMet(row),
    })),
  );
}
if (options.json) console.log(JSON.stringify({ machine, runs, clock, rows: report }, null, 2));
