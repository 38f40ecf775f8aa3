import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { connectionUrl } from "../../../runtime/postgres/embedded/connection-url.js";

interface Named {
  readonly env?: string;
  readonly local?: string;
  readonly shared?: string;
}

test.each<[Named, string | null]>([
  [{ env: "a", local: "b", shared: "c" }, "a"],
  [{ local: "b", shared: "c" }, "b"],
  [{ shared: "c" }, "c"],
  [{ env: "", local: "b" }, "b"],
  [{ local: "", shared: "c" }, "c"],
  [{}, null],
])("of %o, %o is the database", async (named, expected) => {
  await using folder = await tempFolder();
  for (const [file, value] of [
    [".env.local", named.local],
    [".env", named.shared],
  ] as const) {
    if (value !== undefined) await writeFile(path.join(folder.root, file), `DATABASE_URL=${value}`);
  }
  const env = named.env === undefined ? {} : { DATABASE_URL: named.env };
  expect(await connectionUrl({ env, root: folder.root })).toBe(expected);
});

test("a URL without a host, as those with a socket are written, gets one", async () => {
  for (const [given, expected] of [
    [
      "postgresql://u:p@/db?host=/cloudsql/a:b:c",
      "postgresql://u:p@localhost/db?host=/cloudsql/a:b:c",
    ],
    ["postgres://u:p@/", "postgres://u:p@localhost/"],
    ["postgresql:///db?host=/tmp", "postgresql:///db?host=/tmp"],
    ["postgresql://u:p@h/db?a=@/", "postgresql://u:p@h/db?a=@/"],
  ] as const) {
    const found = await connectionUrl({ env: { DATABASE_URL: given }, root: "/nowhere" });
    expect(found).toBe(expected);
    expect(URL.canParse(expected)).toBe(true);
  }
});

test("files are read as environment files, and change no environment", async () => {
  await using folder = await tempFolder();
  const text = `# The database.\nOTHER=1\nexport DATABASE_URL="postgres://u:p%23@h/db?a=1#x" # why\n`;
  await writeFile(path.join(folder.root, ".env"), text);
  const before = { ...process.env };
  expect(await connectionUrl({ env: {}, root: folder.root })).toBe("postgres://u:p%23@h/db?a=1#x");
  expect(process.env).toEqual(before);
});

test("a file may begin with a byte order mark, as some editors write it", async () => {
  await using folder = await tempFolder();
  await writeFile(path.join(folder.root, ".env"), "\ufeffDATABASE_URL=postgres://h/db\r\n");
  expect(await connectionUrl({ env: {}, root: folder.root })).toBe("postgres://h/db");
});

async function tempFolder(): Promise<AsyncDisposable & { readonly root: string }> {
  const root = await mkdtemp(path.join(os.tmpdir(), "convoy-test-"));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}
