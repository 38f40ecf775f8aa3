import { describe, expect, test } from "vitest";
import { addPackages, findMissingBinaries, findPinnedHosts } from "../../scripts/lockfile.js";

test("a package that is pinned to a host is found; a linked folder is not", () => {
  expect(
    findPinnedHosts({
      packages: {
        "": {},
        "node_modules/free": { version: "1.0.0" },
        "node_modules/linked": { resolved: "packages/linked" },
        "node_modules/pinned": { resolved: "https://registry.example/pinned.tgz" },
        "node_modules/from-git": { resolved: "git+ssh://git@example.com/a.git#0123" },
      },
    }),
  ).toEqual([
    "node_modules/pinned: https://registry.example/pinned.tgz",
    "node_modules/from-git: git+ssh://git@example.com/a.git#0123",
  ]);
});

describe("binaries for other platforms", () => {
  const lockfile = {
    packages: {
      "": {},
      "node_modules/tool": {
        version: "2.0.0",
        dev: true,
        optionalDependencies: {
          "@tool/linux-x64": "2.0.0",
          "@tool/darwin-arm64": "2.0.0",
          "@tool/binding-linux-arm-musleabihf": "2.0.0",
        },
      },
      "node_modules/@tool/linux-x64": { version: "2.0.0" },
    },
  };

  test("are added with the platform that their name tells", () => {
    expect(findMissingBinaries(lockfile)).toEqual({
      "node_modules/@tool/darwin-arm64": {
        version: "2.0.0",
        dev: true,
        optional: true,
        os: ["darwin"],
        cpu: ["arm64"],
      },
      "node_modules/@tool/binding-linux-arm-musleabihf": {
        version: "2.0.0",
        dev: true,
        optional: true,
        libc: ["musl"],
        os: ["linux"],
        cpu: ["arm"],
      },
    });
  });

  test("are complete after they were added", () => {
    const completed = addPackages(lockfile, findMissingBinaries(lockfile));
    expect(findMissingBinaries(completed)).toEqual({});
    expect(Object.keys(completed.packages)).toEqual([
      "",
      "node_modules/@tool/binding-linux-arm-musleabihf",
      "node_modules/@tool/darwin-arm64",
      "node_modules/@tool/linux-x64",
      "node_modules/tool",
    ]);
  });

  test("go below their parent where another version has the shared place", () => {
    const twoVersions = {
      packages: {
        ...lockfile.packages,
        "node_modules/@tool/darwin-arm64": { version: "1.0.0" },
      },
    };
    expect(Object.keys(findMissingBinaries(twoVersions))).toContain(
      "node_modules/tool/node_modules/@tool/darwin-arm64",
    );
  });
});
