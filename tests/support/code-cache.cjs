/**
 * Loaded into every Node process of the tests (`--require`): keeps what V8 has compiled of big
 * scripts, such as TypeScript, so that the next process need not compile them. From Node 22 on
 * `NODE_COMPILE_CACHE` does so for modules, though not for scripts that ts-patch runs.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.join(__dirname, "..", "..", "node_modules", ".cache", "compiled");
/** In characters. Smaller ones are compiled in less time than a file is read. */
const BIG = 500_000;

function runScript(source, filename) {
  const hash = createHash("sha1").update(filename).update(source).digest("hex");
  const file = path.join(folder, `${hash}-${process.version}`);
  const cachedData = readIfThere(file);
  const script = new vm.Script(source, { filename, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) {
    // At the end, when the functions that were called are compiled as well.
    process.once("exit", () => write(file, script.createCachedData()));
  }
  return script.runInThisContext();
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Several processes may write the same at once. */
function write(file, data) {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${file}.${process.pid}`, data);
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next process compiles, then.
  }
}

const { runInThisContext } = vm;
vm.runInThisContext = (source, options) =>
  source.length < BIG ? runInThisContext(source, options) : runScript(source, "script");

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  if (source.length < BIG) return compile.call(this, source, filename, ...rest);
  const run = runScript(Module.wrap(source), filename);
  const folderOfModule = path.dirname(filename);
  return run.call(
    this.exports,
    this.exports,
    Module.createRequire(filename),
    this,
    filename,
    folderOfModule,
  );
};
