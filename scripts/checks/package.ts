/**
 * Packs the package as npm would publish it and looks at that: what publint and Are the Types Wrong
 * say, whether every entry point loads, and that nothing is inside that does not belong there.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { repository, runTool } from "../tool.js";

type Target = string | { readonly [condition: string]: Target };

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Target>>;
}

interface Packed {
  readonly filename: string;
  readonly files: ReadonlyArray<{ readonly path: string }>;
}

// Inside node_modules, so that the packed files find the dependencies as an installed package would.
const folder = path.join(repository, "node_modules", ".cache", "convoy", "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const packed = pack();
const tarball = path.join(folder, packed.filename);
const manifest = JSON.parse(
  readFileSync(path.join(repository, "package.json"), "utf8"),
) as Manifest;
const loadable = Object.entries(manifest.exports).filter(
  ([, target]) => typeof target !== "string",
);
const withRequire = loadable.filter(
  ([, target]) => typeof target === "object" && "require" in target,
);

const problems = [
  ...findStrayFiles(),
  ...(await findPublintProblems()),
  ...(await findTypeProblems()),
  ...(await findLoadProblems()),
];
for (const problem of problems) console.log(problem);
console.log(`${packed.files.length} files packed, ${problems.length} package problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Without the scripts: the build has run, and must not run while other checks read its output. */
function pack(): Packed {
  const npm = process.env["npm_execpath"];
  if (npm === undefined) throw new Error("Run this through npm: npm run package.");
  const output = execFileSync(
    process.execPath,
    [npm, "pack", "--ignore-scripts", "--json", "--pack-destination", folder],
    { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return (JSON.parse(output) as [Packed])[0];
}

function findStrayFiles(): string[] {
  const belongs =
    /^(?:package\.json|README\.md|LICENSE|dist\/.+\.(?:js|d\.ts)(?:\.map)?|dist\/cjs\/.+\.(?:cjs|d\.cts)(?:\.map)?|(?:dist\/cjs|language-service-plugin)\/package\.json)$/;
  return packed.files
    .filter((file) => !belongs.test(file.path))
    .map((file) => `${file.path} should not be in the package; see "files" in package.json.`);
}

async function findPublintProblems(): Promise<string[]> {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(bytes).buffer },
    strict: true,
  });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
}

/**
 * Most entry points are ESM only, which is all that `import` needs on any supported Node; those
 * that also have a `require` must be right for CommonJS too.
 */
async function findTypeProblems(): Promise<string[]> {
  const names = withRequire.map(([entry]) => entry);
  const runs = [
    ["--profile", "esm-only"],
    ["--profile", "node16", "--entrypoints", ...names],
  ];
  const problems: string[] = [];
  for (const args of runs) {
    const code = await runTool(
      "@arethetypeswrong/cli",
      "attw",
      [tarball, "--no-emoji", "--format", "ascii", ...args],
      { showOnlyFailure: true },
    );
    if (code !== 0) problems.push(`attw ${args.join(" ")}: see above`);
  }
  return problems;
}

async function findLoadProblems(): Promise<string[]> {
  const installed = path.join(folder, "node_modules", manifest.name);
  for (const file of packed.files) {
    cpSync(path.join(repository, file.path), path.join(installed, file.path));
  }
  // Resolves names as a file beside node_modules would.
  const user = createRequire(path.join(folder, "user.cjs"));
  const problems: string[] = [];
  const attempt = async (title: string, load: () => unknown): Promise<void> => {
    try {
      await load();
    } catch (error) {
      problems.push(`${title}: ${String(error)}`);
    }
  };
  for (const [entry, target] of loadable) {
    const file = path.join(installed, importTarget(target));
    await attempt(`import ${entry}`, () => import(pathToFileURL(file).href));
  }
  for (const [entry] of withRequire) {
    const specifier = path.posix.join(manifest.name, entry);
    await attempt(`require ${specifier}`, () => user(specifier));
  }
  for (const [name, file] of Object.entries(manifest.bin)) {
    await attempt(`bin ${name}`, () => {
      const firstLine = readFileSync(path.join(installed, file), "utf8").split("\n", 1)[0];
      if (firstLine !== "#!/usr/bin/env node") throw new Error(`${file} has no shebang.`);
    });
  }
  return problems;
}

function importTarget(target: Target): string {
  if (typeof target === "string") return target;
  const next = target["import"] ?? target["default"];
  if (next === undefined) throw new Error(`No default in ${JSON.stringify(target)}.`);
  return importTarget(next);
}
