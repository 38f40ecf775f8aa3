import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const repository = path.join(import.meta.dirname, "..", "..");

/** What a page loads, in bytes of gzip: every export, with all that it imports but React. */
test.each([
  ["convoy/client", ["client/index.ts"], 9000],
  ["convoy/client and convoy/react", ["client/index.ts", "client/react/index.ts"], 11_000],
])("%s stays within its budget, and holds nothing of the server", async (name, entries, budget) => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from "./${entry}";`).join("\n"),
      resolveDir: repository,
    },
    absWorkingDir: repository,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    external: ["react"],
    metafile: true,
    write: false,
  });
  const [output] = outputFiles;
  const { length } = gzipSync(output!.contents, { level: 9 });
  process.stdout.write(`${name}: ${length} of ${budget} bytes, minified and gzipped\n`);
  expect(length).toBeLessThanOrEqual(budget);
  const foreign = Object.keys(metafile.inputs).filter(
    (file) => !/^(?:client|protocol)\/|^<stdin>$/.test(file),
  );
  expect(foreign).toEqual([]);
  const imports = Object.values(metafile.outputs).flatMap((found) => found.imports);
  expect(imports.filter((found) => found.path !== "react")).toEqual([]);
});
