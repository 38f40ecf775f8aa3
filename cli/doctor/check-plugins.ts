import { loadsPlugins } from "./check-typescript.js";
import { type Finding, ok, problem, warning } from "./finding.js";
import type { InstalledPackages } from "./installed.js";
import type { Tsconfig } from "./tsconfig.js";
import { atLeast } from "./version.js";

const TRANSFORMER = "convoy/transformer";
const EDITOR_PLUGIN = "convoy/language-service-plugin";
const line = `{ "transform": "${TRANSFORMER}", "transformProgram": true }`;

/**
 * The lines of a tsconfig for `tspc` and for the editor. Neither is needed: the commands do as well.
 *
 * @param node as `process.version` has it.
 */
export function checkPlugins(
  { plugins }: Pick<Tsconfig, "plugins">,
  installed: InstalledPackages,
  node: string,
): readonly Finding[] {
  const transformer = plugins.find(({ transform }) => transform === TRANSFORMER);
  const editor = plugins.some(({ name }) => name === EDITOR_PLUGIN);
  const named = [transformer && "the transformer", editor && "the editor plugin"].filter(Boolean);
  if (named.length === 0) {
    return [
      ok(
        "plugins",
        "The tsconfig names no plugin of Convoy's, and needs none: `convoy dev` and `convoy codegen` generate.",
      ),
    ];
  }
  const names = named.join(" and ");
  if (installed.typescript !== null && !loadsPlugins(installed.typescript)) {
    return [
      warning(
        "plugins",
        `The tsconfig names ${names}, and TypeScript ${installed.typescript} loads no plugins.`,
        "npm install --save-dev typescript@~6.0; or take the lines away, and run `npx convoy codegen` and `npx convoy check` in the build.",
      ),
    ];
  }
  const findings: Finding[] = [];
  if (transformer !== undefined) findings.push(...checkTransformer(transformer, installed, node));
  return findings.length > 0 ? findings : [ok("plugins", `The tsconfig names ${names}.`)];
}

function checkTransformer(
  entry: Tsconfig["plugins"][number],
  { tsPatch, typescript }: InstalledPackages,
  node: string,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (entry.transformProgram !== true) {
    findings.push(
      problem(
        "plugins",
        "The tsconfig names the transformer without saying that it transforms programs, so tspc fails.",
        `Write the line as ${line}.`,
      ),
    );
  }
  if (tsPatch === null) {
    findings.push(
      warning(
        "plugins",
        "The tsconfig names the transformer, and ts-patch, whose tspc runs it, is not installed. tsc leaves it out.",
        "npm install --save-dev ts-patch",
      ),
    );
  } else if (atLeast(tsPatch, "4") && !atLeast(node, "22.15")) {
    findings.push(
      warning(
        "plugins",
        `ts-patch ${tsPatch} is made for Node 22.15 and newer; this is ${node}.`,
        "npm install --save-dev ts-patch@~3.3, or use a newer Node.",
      ),
    );
  }
  if (typescript === null) {
    findings.push(
      problem(
        "plugins",
        "tspc runs the project's own TypeScript, and there is none.",
        "npm install --save-dev typescript@~6.0",
      ),
    );
  }
  return findings;
}
