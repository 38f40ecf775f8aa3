import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { FunctionsReader } from "../../compiler/hosts/typescript/functions-reader.js";
import { readSchema } from "../../compiler/hosts/typescript/schema-reader.js";
import { loadTypeScript, writeGenerated } from "../../compiler/index.js";
import { projectLayout } from "../../compiler/project/layout.js";
import { analyse, fixtureRoot } from "../support/analyse.js";
import { linkPackages } from "../support/link-packages.js";
import { compilerHost } from "../support/compiler-host.js";
import { writeSyntheticProject } from "../support/synthetic/project.js";

/**
 * A build checks with its own checker, and the api on disk, whether that api is current. It could
 * never be if the same types came out in another order than from the source.
 */
function readByProgram(root: string) {
  const ts = loadTypeScript();
  const config = ts.getParsedCommandLineOfConfigFile(`${root}/tsconfig.json`, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: () => expect.fail("The tsconfig cannot be read."),
  });
  const program = ts.createProgram({
    rootNames: config?.fileNames ?? [],
    options: config?.options ?? {},
    host: compilerHost(ts, config?.options ?? {}),
  });
  const project = projectLayout(root);
  const schema = readSchema(ts, program, project);
  return { schema, reader: new FunctionsReader({ ts, program, project, schema }) };
}

function expectAgreement(root: string): void {
  const { facts } = analyse(root);
  const { schema, reader } = readByProgram(root);
  expect(schema).toEqual(facts?.schema);
  const modules = facts?.modules.map(({ file }) => reader.read(`${root}/${file}`));
  expect(modules).toEqual(facts?.modules);
}

test.each(["quickstart", "tracker"])("%s: a program agrees with a fresh analysis", (fixture) => {
  expectAgreement(fixtureRoot(fixture));
});

test("a synthetic project: a program agrees with a fresh analysis", async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), "convoy-test-"));
  try {
    writeSyntheticProject(root, { tables: 8, functions: 60 });
    linkPackages(root);
    writeGenerated(analyse(root).files ?? new Map());
    expectAgreement(root.replaceAll("\\", "/"));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
