import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Benchmark, BenchmarkOptions, Row } from "../benchmark.js";
import { median } from "../support/compare.js";
import { measureProcess } from "../support/measure-process.js";
import { createWorkspace, usualSize } from "../support/workspace.js";

/** What `type-in-editor.ts` prints. */
export interface EditorTimes {
  /** What the plugin adds to the diagnostics after a key. */
  readonly addedMs: readonly number[];
  /** What they take without it. */
  readonly ownMs: readonly number[];
  /** What the plugin adds to the first diagnostics of a session. */
  readonly firstMs: number;
  readonly apiMs: readonly number[];
  /** Of an object type like the api, from another file like the api. */
  readonly plainMs: readonly number[];
  /** Of an object type with one member, in the same file. */
  readonly smallMs: readonly number[];
  readonly heapMiB: number;
}

const keys = 100;
/** Of one session, the 95th percentile is the fifth worst key, which chance decides. */
const MAX_SESSIONS = 3;
const sizes = [
  { ...usualSize, atMostMs: 2 },
  { tables: 200, functions: 1000, atMostMs: 5 },
];

/** What the editor's plugin costs, beside the same service without it. */
export const editor: Benchmark = {
  name: "editor",
  async *run(options) {
    for (const size of sizes) yield* measureSize(size, options);
  },
};

async function* measureSize(
  { atMostMs, ...size }: (typeof sizes)[number],
  { clock, runs }: BenchmarkOptions,
): AsyncGenerator<Row> {
  using workspace = await createWorkspace(size);
  const at = (file: string) => path.join(workspace.dir, file);
  const apiTypes = readFileSync(at("convoy/_generated/apiTypes.d.ts"), "utf8");
  mkdirSync(at("src"), { recursive: true });
  writeFileSync(at("src/plain.ts"), plainTypes(apiTypes));
  writeFileSync(at("src/completions.ts"), client);
  const measure = async (plugin: "with" | "without"): Promise<EditorTimes> => {
    const { output } = await measureProcess({
      script: path.join(import.meta.dirname, "..", "support", "type-in-editor.ts"),
      args: [workspace.dir, String(keys), clock, plugin],
      cwd: path.join(import.meta.dirname, ".."),
      imports: ["tsx"],
      // The clock of a thread is one.
      options: ["--disable-warning=ExperimentalWarning"],
    });
    return JSON.parse(output) as EditorTimes;
  };
  const sessions: EditorTimes[] = [];
  for (let run = 0; run < Math.min(runs, MAX_SESSIONS); run++) sessions.push(await measure("with"));
  const plugged = together(sessions);
  const bare = await measure("without");
  const name = `${size.tables}/${size.functions}`;
  const own = { name: "TypeScript itself", value: median(plugged.ownMs) };
  yield {
    measure: `${name}: a key in a function, added, p95`,
    unit: "ms",
    value: percentile(plugged.addedMs, 0.95),
    baseline: own,
    target: { of: "value", atMost: atMostMs },
  };
  yield {
    measure: `${name}: a key in a function, added, median`,
    unit: "ms",
    value: median(plugged.addedMs),
    baseline: own,
  };
  yield { measure: `${name}: first diagnostics, added`, unit: "ms", value: plugged.firstMs };
  yield {
    measure: `${name}: completions after api.users.`,
    unit: "ms",
    value: median(plugged.apiMs),
    baseline: { name: "of a plain type", value: median(plugged.plainMs) },
    target: { of: "ratio", atMost: 1.2 },
  };
  yield {
    measure: `${name}: the same`,
    unit: "ms",
    value: median(plugged.apiMs),
    baseline: { name: "of a small one", value: median(plugged.smallMs) },
  };
  yield {
    measure: `${name}: memory`,
    unit: "MiB",
    value: plugged.heapMiB,
    baseline: { name: "without", value: bare.heapMiB },
    target: { of: "ratio", atMost: 1.1 },
  };
}

function together(sessions: readonly EditorTimes[]): EditorTimes {
  const keysOf = (of: (times: EditorTimes) => readonly number[]) => sessions.flatMap(of);
  return {
    addedMs: keysOf(({ addedMs }) => addedMs),
    ownMs: keysOf(({ ownMs }) => ownMs),
    firstMs: median(sessions.map(({ firstMs }) => firstMs)),
    apiMs: keysOf(({ apiMs }) => apiMs),
    plainMs: keysOf(({ plainMs }) => plainMs),
    smallMs: keysOf(({ smallMs }) => smallMs),
    heapMiB: median(sessions.map(({ heapMiB }) => heapMiB)),
  };
}

/**
 * The modules and functions of a generated api as an object type of plain functions: what it costs to
 * import so much and to look into it has nothing to do with what a function of the api is.
 */
function plainTypes(apiTypes: string): string {
  const start = apiTypes.indexOf("export interface Api {");
  const api = apiTypes.slice(start, apiTypes.indexOf("\n}\n", start) + 3);
  const plain = api.replaceAll(/FunctionReference<(?:.*>;$|\n[^]*?\n *>;$)/gm, "() => void;");
  return `${plain.replace("Api", "Plain")}\nexport declare const plain: Plain;\n`;
}

/** Asks for the members of a module of the api, and of object types that have as many. */
const client = `import { api } from "../convoy/_generated/api";
import { plain } from "./plain";
interface Small {
  users: { list: () => void; get: () => void; create: () => void; update: () => void; page: () => void };
}
declare const small: Small;
api.users.;
plain.users.;
small.users.;
`;

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
