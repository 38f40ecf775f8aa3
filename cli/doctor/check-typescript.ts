import { type Finding, ok, warning } from "./finding.js";
import { atLeast, majorOf } from "./version.js";

/** The oldest that reads what Convoy generates. */
const LEAST_TYPESCRIPT = "5.5";
/** From this one on there are no plugins. */
const WITHOUT_PLUGINS = 7;

/** Whether this version loads the plugins that a tsconfig names. */
export function loadsPlugins(version: string | null): boolean {
  return version !== null && majorOf(version) < WITHOUT_PLUGINS;
}

/**
 * The TypeScript of the project: its `tsc`, its `tspc` and its editor.
 *
 * @param own the version that Convoy brings, for its own commands.
 */
export function checkTypeScript(version: string | null, own: string): Finding {
  const commands = `Convoy's own commands use TypeScript ${own}, which it brings along`;
  if (version === null) {
    return ok("typescript", `The project has no TypeScript of its own. ${commands}.`);
  }
  if (!atLeast(version, LEAST_TYPESCRIPT)) {
    return warning(
      "typescript",
      `TypeScript ${version} is older than what the generated code is tested with. ${commands}.`,
      `npm install --save-dev typescript@~6.0 (${LEAST_TYPESCRIPT} at least).`,
    );
  }
  if (loadsPlugins(version)) return ok("typescript", `TypeScript ${version}. ${commands}.`);
  return ok(
    "typescript",
    `TypeScript ${version}: all works but \`tspc\` and the editor plugin, since it loads no plugins. \`npx convoy codegen --watch\` and \`npx convoy check\` do the same; to have the plugins, \`npm install --save-dev typescript@~6.0\`. ${commands}.`,
  );
}
