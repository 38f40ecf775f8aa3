/**
 * Run in a process of its own: an editor's service over a project, with or without the plugin. It
 * types into a module and a client, and prints how long each key took.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type ts from "typescript";
import { openServerProject } from "../../tests/support/server-project.js";
import type { EditorTimes } from "../benchmarks/editor.js";
import { threadClock } from "./thread-clock.js";

const require = createRequire(import.meta.url);
const typescript = require("typescript") as typeof ts;
const [dir = ".", keys = "60", clock = "wall", plugin = "with"] = process.argv.slice(2);

const openFiles = ["convoy/functions/users.ts", "src/completions.ts"];
const project = openServerProject(
  typescript,
  openFiles.map((file) => path.posix.join(dir, file)),
);
const plain = project.getLanguageService();
/** TypeScript's own answers to a key, which the plugin is given at no cost: what is left is its own. */
let answers: { semantic: ts.Diagnostic[]; suggestions: ts.DiagnosticWithLocation[] } | null = null;
const service = plugin === "with" ? withPlugin() : plain;

const module = path.posix.join(dir, "convoy/functions/users.ts");
const client = path.posix.join(dir, "src/completions.ts");
const count = Number(keys);
/** The first keys of a process are slow for whatever they do. */
const warmUp = 20;
/** By processor time it is the thread that a person waits for, whatever else the machine does. */
const now = clock === "wall" ? () => performance.now() : threadClock();
const times: EditorTimes = {
  ...typeIntoModule(),
  ...completeInTurns(),
  heapMiB: heapMiB(),
};
process.stdout.write(JSON.stringify(times));
process.exit();

function withPlugin(): ts.LanguageService {
  const file = "../../dist/cjs/language-service-plugin/index.cjs";
  const create = require(file) as ts.server.PluginModuleFactory;
  const answered: ts.LanguageService = {
    ...plain,
    getSemanticDiagnostics: (name) => answers?.semantic ?? plain.getSemanticDiagnostics(name),
    getSuggestionDiagnostics: (name) =>
      answers?.suggestions ?? plain.getSuggestionDiagnostics(name),
  };
  return create({ typescript }).create({
    config: { name: "convoy/language-service-plugin" },
    project,
    languageService: answered,
    languageServiceHost: project,
    serverHost: typescript.sys as ts.server.ServerHost,
  });
}

function typeIntoModule(): Pick<EditorTimes, "addedMs" | "ownMs" | "firstMs"> {
  const place = textOf(module).indexOf('"nothing') + 1;
  if (place === 0) throw new Error("The synthetic module has no place for this edit.");
  const addedMs: number[] = [];
  const own: number[] = [];
  let firstMs = 0;
  for (let key = -warmUp; key < count; key++) {
    if (key > -warmUp) edit(module, place, "x");
    const startedOwn = now();
    answers = {
      semantic: plain.getSemanticDiagnostics(module),
      suggestions: plain.getSuggestionDiagnostics(module),
    };
    const ownMs = now() - startedOwn;
    const started = now();
    service.getSemanticDiagnostics(module);
    service.getSuggestionDiagnostics(module);
    const added = now() - started;
    if (key === -warmUp) firstMs = added;
    if (key < 0) continue;
    addedMs.push(added);
    own.push(ownMs);
  }
  answers = null;
  return { addedMs, ownMs: own, firstMs };
}

/** In turns, so that none of the two comes to a machine, or a compiler, that the other has warmed. */
function completeInTurns(): Pick<EditorTimes, "apiMs" | "plainMs" | "smallMs"> {
  const apiMs: number[] = [];
  const plainMs: number[] = [];
  const smallMs: number[] = [];
  for (let key = -warmUp; key < count; key++) {
    const api = completeAfter("api.users.");
    const ofPlain = completeAfter("plain.users.");
    const ofSmall = completeAfter("small.users.");
    if (key < 0) continue;
    apiMs.push(api);
    plainMs.push(ofPlain);
    smallMs.push(ofSmall);
  }
  return { apiMs, plainMs, smallMs };
}

function completeAfter(expression: string): number {
  edit(client, 0, "\n");
  const position = textOf(client).indexOf(expression) + expression.length;
  const started = now();
  const found = service.getCompletionsAtPosition(client, position, undefined);
  const took = now() - started;
  if ((found?.entries.length ?? 0) < 3) throw new Error(`No completions after ${expression}.`);
  return took;
}

/** Types, and has the service see it: what follows is asked of a program that is there. */
function edit(file: string, at: number, text: string): void {
  const info = project.getScriptInfo(file);
  if (info === undefined) throw new Error(`${file} is not in the project.`);
  info.editContent(at, at, text);
  project.updateGraph();
  plain.getProgram()?.getTypeChecker();
}

function textOf(file: string): string {
  return project.getSourceFile(project.projectService.toPath(file))?.text ?? "";
}

function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
