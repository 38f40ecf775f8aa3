import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { linkPackages } from "../../tests/support/link-packages.js";
import {
  type SyntheticProjectOptions,
  writeSyntheticProject,
} from "../../tests/support/synthetic/project.js";
import type { Contender } from "./compare.js";
import { editedText } from "./edited-text.js";
import { measureProcess, type NodeCommand } from "./measure-process.js";

const repository = path.join(import.meta.dirname, "..", "..");

/** The size that the targets are about. */
export const usualSize = { tables: 50, functions: 300 };

/** A synthetic project in a folder of its own, with its code generated. */
export interface Workspace extends Disposable {
  readonly dir: string;
  /** `convoy codegen` of the project. */
  codegen(options?: Pick<Contender, "prepare">): Contender;
  /** Plain `tsc --noEmit`. */
  tsc(tsconfig?: string, args?: readonly string[]): NodeCommand;
  /** `tspc --noEmit`, with the transformer in the tsconfig. */
  tspc(options?: Pick<Contender, "prepare">): Contender;
  /** `tspc --noEmit` with no transformer: what ts-patch costs by itself. */
  tspcWithoutPlugin(): Contender;
  removeGenerated(): void;
  /** Changes what a function returns; to something else each run. */
  editModule(run: number): void;
}

export async function createWorkspace(
  options: SyntheticProjectOptions = usualSize,
): Promise<Workspace> {
  const dir = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
  writeSyntheticProject(dir, options);
  // ts-patch looks for the project's own TypeScript.
  linkPackages(dir, ["zod", "drizzle-orm", "typescript"]);
  const transformer = { transform: "convoy/transformer", transformProgram: true };
  writeJson("tsconfig.tspc.json", {
    extends: "./tsconfig.json",
    compilerOptions: { plugins: [transformer] },
  });
  for (const client of ["client", "every"]) {
    writeJson(`tsconfig.${client}.json`, {
      extends: "./tsconfig.json",
      include: [],
      files: [`src/${client}.ts`],
    });
  }
  const edited = path.join(dir, "convoy/functions/users.ts");
  const original = readFileSync(edited, "utf8");

  const tspc = (tsconfig: string): NodeCommand => ({
    script: path.join(repository, "node_modules/ts-patch/bin/tspc.js"),
    args: ["--project", tsconfig, "--noEmit"],
    cwd: dir,
  });
  const workspace: Workspace = {
    dir,
    codegen: (contender) => ({
      script: path.join(repository, "dist/cli/main.js"),
      args: ["codegen", "--root", dir],
      cwd: dir,
      ...contender,
    }),
    tsc: (tsconfig = "tsconfig.json", args = []) => ({
      script: path.join(repository, "node_modules/typescript/lib/tsc.js"),
      args: ["--project", tsconfig, "--noEmit", ...args],
      cwd: dir,
    }),
    tspc: (contender) => ({ ...tspc("tsconfig.tspc.json"), ...contender }),
    tspcWithoutPlugin: () => tspc("tsconfig.json"),
    removeGenerated: () => {
      rmSync(path.join(dir, "convoy/_generated"), { recursive: true, force: true });
    },
    editModule: (run) => writeFileSync(edited, editedText(original, run)),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
  await measureProcess(workspace.codegen());
  return workspace;

  function writeJson(file: string, value: object): void {
    writeFileSync(path.join(dir, file), JSON.stringify(value));
  }
}
