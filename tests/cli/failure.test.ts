import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeFailure, printFailure, watchFailure, writeFailure } from "../../cli/failure.js";
import { ConvoyProjectError } from "../../compiler/project/project-error.js";
import { memoryEnvironment } from "./memory-channel.js";

const folder = "/app/convoy/_generated";

test("our own errors keep their code and say what they say", () => {
  const error = new ConvoyProjectError("CV0003", "There is no convoy/ folder.");
  expect(describeFailure(error)).toEqual({
    code: "CV0003",
    message: "There is no convoy/ folder.",
  });
});

test("an error of the system is told without its jargon, with what to do", () => {
  let error: unknown;
  try {
    readFileSync("/no/such/file");
  } catch (thrown) {
    error = thrown;
  }
  expect(describeFailure(error)).toEqual({
    code: "CV0010",
    message:
      "Cannot read /no/such/file: it does not exist, or went away meanwhile. Run the command again.",
  });
});

test.each([
  { code: "EACCES", says: "permission denied" },
  { code: "EROFS", says: "read-only" },
  { code: "ENOSPC", says: "disk is full" },
  { code: "EEXIST", says: "a file is where a folder should be" },
  { code: "EISDIR", says: "a folder is where a file should be" },
  { code: "EMFILE", says: "ulimit -n" },
  { code: "EWEIRD", says: "EWEIRD" },
])("a write that fails with $code is explained", ({ code, says }) => {
  const error = systemError(code, "open", `${folder}/api.ts.1.tmp`);
  const described = describeFailure(writeFailure(error, folder));
  expect(described.code).toBe("CV0011");
  expect(described.message).toMatch(
    new RegExp(`^Cannot write ${folder}/api\\.ts.*: .*${says}.*\\.$`),
  );
});

test("a watch that the system refuses is explained", () => {
  const described = describeFailure(watchFailure(systemError("ENOSPC", "watch", "/app/convoy")));
  expect(described.code).toBe("CV0012");
  expect(described.message).toContain("max_user_watches");
});

test("what is not foreseen is called a bug, in one line whatever it says", () => {
  const bug = new TypeError("undefined is not a function\n    at somewhere (file.js:1:2)");
  for (const error of [bug, writeFailure(bug, folder), watchFailure(bug)]) {
    const { code, message } = describeFailure(error);
    expect(code).toBe("CV0000");
    expect(message).toContain("TypeError: undefined is not a function");
    expect(message).not.toContain("\n");
  }
  expect(describeFailure("a string").code).toBe("CV0000");
});

test("stacks, those of causes too, are printed for debugging alone", () => {
  const error = writeFailure(systemError("EACCES", "open", folder), folder);
  const quiet = memoryEnvironment({ cwd: "/app" });
  printFailure(error, quiet);
  expect(quiet.err.text).toMatch(/^error CV0011: .*\n$/);
  expect(quiet.out.text).toBe("");
  const loud = memoryEnvironment({ cwd: "/app", debug: true });
  printFailure(error, loud);
  expect(loud.err.text.match(/^\S*Error|^CommandFailure/gm)).toHaveLength(2);
});

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
