import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const repository = path.join(import.meta.dirname, "..", "..");
const isWindows = process.platform === "win32";

/** An npm project with nothing but what was packed, in a folder of its own; gone with the scope. */
export interface PackedProject extends AsyncDisposable {
  readonly root: string;
  write(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * Packs the package as npm publishes it, and installs that: its files are there for real, and of all
 * other packages only those that it names as its dependencies, and zod, which the project names. They
 * are links to ours, as no registry may be reached from where tests run.
 */
export async function packedProject(): Promise<PackedProject> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), "convoy-packed-")));
  const project: PackedProject = {
    root,
    async write(file, text) {
      const target = path.join(root, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    remove: (file) => rm(path.join(root, file), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  try {
    await install(root);
    await project.write(
      "package.json",
      '{ "name": "app", "version": "1.0.0", "type": "commonjs" }\n',
    );
    // What a person pastes: the schema and the functions.
    const quickstart = path.join(repository, "fixtures", "quickstart", "convoy");
    await cp(path.join(quickstart, "schema.ts"), path.join(root, "convoy", "schema.ts"));
    await cp(path.join(quickstart, "functions"), path.join(root, "convoy", "functions"), {
      recursive: true,
    });
  } catch (error) {
    await project[Symbol.asyncDispose]();
    throw error;
  }
  return project;
}

async function install(root: string): Promise<void> {
  const modules = path.join(root, "node_modules");
  const convoy = path.join(modules, "convoy");
  await mkdir(path.join(modules, ".bin"), { recursive: true });
  await mkdir(convoy);
  // Without the scripts: what was built is what is tested.
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", root];
  const name = (await run("npm", pack, repository)).trim();
  await run("tar", ["-xzf", path.join(root, name), "-C", convoy, "--strip-components=1"], root);
  await rm(path.join(root, name));

  const manifest = JSON.parse(
    await readFile(path.join(convoy, "package.json"), "utf8"),
  ) as Manifest;
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const dependency of [...names, "zod"]) {
    const target = path.join(repository, "node_modules", dependency);
    const link = path.join(modules, dependency);
    await mkdir(path.dirname(link), { recursive: true });
    // The embedded server of another platform is not there, and is not missed.
    await symlink(await realpath(target).catch(() => target), link, "junction");
  }
  for (const [command, file] of Object.entries(manifest.bin)) await linkBin(modules, command, file);
}

/** As npm does it. */
async function linkBin(modules: string, command: string, file: string): Promise<void> {
  const link = path.join(modules, ".bin", command);
  if (isWindows) {
    await writeFile(
      `${link}.cmd`,
      `@node "%~dp0\\..\\convoy\\${file.replaceAll("/", "\\")}" %*\r\n`,
    );
    return;
  }
  await chmod(path.join(modules, "convoy", file), 0o755);
  await symlink(path.join("..", "convoy", file), link);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    // npm is a script there.
    shell: isWindows,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`${command} ${args[0] ?? ""} failed (${code}):\n${said}${output}`);
  return output;
}

/**
 * The `bun` that npm has installed for this platform, or `null`: it is made for fewer platforms than
 * Node, and npm may have been told to leave out optional packages.
 */
export function findBun(): string | null {
  const system = { linux: "linux", darwin: "darwin", win32: "windows" }[
    process.platform as "linux"
  ];
  const cpu = { x64: "x64", arm64: "aarch64" }[process.arch as "x64"];
  const { resolve } = createRequire(import.meta.url);
  const of = (file: string): string | null => {
    try {
      return resolve(file);
    } catch {
      return null;
    }
  };
  const own = `@oven/bun-${system}-${cpu}`;
  if (of(`${own}/package.json`) === null) return null;
  // Its install script moves it, if npm runs that.
  return of(`${own}/bin/bun${isWindows ? ".exe" : ""}`) ?? of("bun/bin/bun.exe");
}
