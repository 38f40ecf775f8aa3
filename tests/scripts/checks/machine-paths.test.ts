import { expect, test } from "vitest";
import { findMachinePaths } from "../../../scripts/checks/machine-paths.js";

// Put together here, since the check reads this file too.
const linux = ["", "home", "ann", "code"].join("/");
const mac = ["", "Users", "ann", "code"].join("/");
const windows = ["C:", "Users", "ann", "code"].join("\\");

test("home folders of every system are found, with their line", () => {
  const found = findMachinePaths(`first\n"${linux}"\n(${mac})\n${windows}\nfile://${linux}`, []);
  expect(found.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  expect(found[0]?.text).toBe(linux.replace("/code", ""));
});

test("this machine's own folders are found, but not folders that begin alike", () => {
  const folders = ["/srv/build.1/convoy"];
  const text = "/srv/build.1/convoy/x.ts\n/srv/build.1/convoy-docs\n/srv/buildx1/convoy";
  expect(findMachinePaths(text, folders)).toEqual([{ line: 1, text: "/srv/build.1/convoy" }]);
});

test("parts of URLs and of relative paths are let through", () => {
  const text = `https://example.com${linux} src${mac} ../..${linux} ~${linux}`;
  expect(findMachinePaths(text, [])).toEqual([]);
});
