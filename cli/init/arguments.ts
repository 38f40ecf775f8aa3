import path from "node:path";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";

const examples = `
Examples:
  $ convoy init                   in the folder of an npm project
  $ convoy init --root apps/chat  in another

Files that are there are left as they are.

Exit codes: 0 done, 2 wrong usage or environment.`;

export function addInitCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("init")
    .summary("write a minimal project")
    .description("Writes convoy/schema.ts, a module of functions and a tsconfig.json.")
    .option("--root <dir>", "the folder to write to", ".")
    .addHelpText("after", examples)
    .action(async ({ root }: { readonly root: string }) => {
      finish(await init(root, environment));
    });
}

async function init(root: string, environment: Environment): Promise<ExitCode> {
  const { runInit } = await import("./run.js");
  const { out, cwd } = environment;
  const { green, gray, bold } = out.colors;
  const missing: string[] = [];
  const target = path.resolve(cwd, root);
  for await (const event of runInit(target)) {
    if (event.kind === "written") out.write(`${green("wrote")} ${event.file}\n`);
    if (event.kind === "kept") out.write(`${gray(`kept  ${event.file}`)}\n`);
    if (event.kind === "missing package") missing.push(event.name);
  }
  const steps = [
    ...(target === path.resolve(cwd) ? [] : [`cd ${/\s/.test(root) ? `"${root}"` : root}`]),
    ...(missing.length > 0 ? [`npm install ${missing.join(" ")}`] : []),
    "npx convoy dev",
  ];
  out.write(`\nNext: ${bold(steps.join(" && "))}\n`);
  return exitCode.ok;
}
