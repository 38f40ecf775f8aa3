import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageFor } from "../../../runtime/postgres/embedded/platform.js";

const { optionalDependencies } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../../package.json"), "utf8"),
) as { readonly optionalDependencies: Readonly<Record<string, string>> };

test("each platform with binaries finds its package, in an exact version", () => {
  const platforms = [
    ["darwin", "arm64"],
    ["darwin", "x64"],
    ["linux", "arm"],
    ["linux", "arm64"],
    ["linux", "ia32"],
    ["linux", "ppc64"],
    ["linux", "x64"],
    ["win32", "x64"],
  ] as const;
  const packages = platforms.map(([os, cpu]) => packageFor({ os, cpu, musl: false }));
  const ours = Object.keys(optionalDependencies).filter((name) => name.startsWith("@embedded"));
  expect(packages.toSorted()).toEqual(ours.toSorted());
  expect(new Set(ours.map((name) => optionalDependencies[name]))).toEqual(
    new Set(["18.4.0-beta.17"]),
  );
});

test.each([
  { os: "linux", cpu: "x64", musl: true },
  { os: "win32", cpu: "arm64", musl: false },
  { os: "freebsd", cpu: "x64", musl: false },
])("where there are none, as on %o, the message asks for DATABASE_URL", (platform) => {
  expect(() => packageFor(platform)).toThrow(
    expect.objectContaining({
      code: "postgres-unsupported-platform",
      message: expect.stringContaining("set DATABASE_URL") as string,
    }) as Error,
  );
});
