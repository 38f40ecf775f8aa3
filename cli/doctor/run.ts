import path from "node:path";
import { loadTypeScript } from "../../compiler/hosts/typescript/load.js";
import type { Manifest } from "../../compiler/model/manifest.js";
import { type ProjectLayout, projectLayout } from "../../compiler/project/layout.js";
import { type Analysis, createSession } from "../../compiler/session.js";
import { manifestOf } from "../dev/run.js";
import { describeFailure } from "../failure.js";
import { lookAtDatabase } from "./check-database.js";
import { checkGeneratedCode } from "./check-generated.js";
import { checkNode } from "./check-node.js";
import { checkPackages } from "./check-packages.js";
import { checkPlugins } from "./check-plugins.js";
import { checkProject } from "./check-project.js";
import { checkTables } from "./check-tables.js";
import { checkTsconfig } from "./check-tsconfig.js";
import { checkTypeScript } from "./check-typescript.js";
import { type Finding, problem } from "./finding.js";
import { type InstalledPackages, readInstalled } from "./installed.js";
import { readTsconfig } from "./tsconfig.js";

export interface DoctorOptions {
  /** The absolute path of the folder that holds `convoy/`. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The version of the Convoy that runs. */
  readonly version: string;
  /** As `process.version` has it. */
  readonly node: string;
}

/**
 * Looks at all that a project needs, one thing after the other, and changes nothing. What cannot be
 * looked at because of an earlier problem is left out.
 */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<Finding, void, void> {
  const { root, env, version, node } = options;
  const typescript = loadTypeScript();
  const layout = projectLayout(path.resolve(root));
  yield checkNode(node);
  const project = await checkProject(layout);
  yield project;
  const installed = await readInstalled(root);
  yield* checkPackages(installed, version);
  yield checkTypeScript(installed.typescript, typescript.version);
  let analysis: Analysis | null = null;
  if (project.outcome !== "problem") {
    analysis = yield* checkCode({ typescript, layout, installed, node });
  }
  await using database = await lookAtDatabase(root, env);
  yield database.finding;
  if (database.url !== null && analysis !== null && analysis.files !== null) {
    yield* await checkTables(database.url, JSON.parse(manifestOf(analysis.files)) as Manifest);
  }
}

/** The tsconfig and what is made with it; gives the analysis, or `null` where there can be none. */
async function* checkCode(options: {
  readonly typescript: ReturnType<typeof loadTypeScript>;
  readonly layout: ProjectLayout;
  readonly installed: InstalledPackages;
  readonly node: string;
}): AsyncGenerator<Finding, Analysis | null, void> {
  const { typescript, layout, installed, node } = options;
  try {
    const session = createSession({ ts: typescript, root: layout.root });
    const tsconfig = readTsconfig(typescript, layout);
    yield* checkTsconfig(typescript, layout, tsconfig, installed.typescript);
    yield* checkPlugins(tsconfig, installed, node);
    const analysis = session.analyse();
    yield checkGeneratedCode(analysis, session);
    return analysis;
  } catch (error) {
    // A tsconfig that cannot be read, a folder that is closed to us.
    yield problem("tsconfig", describeFailure(error).message, null);
    return null;
  }
}
