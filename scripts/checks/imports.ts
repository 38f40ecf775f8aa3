/** Keeps imports running one way, and free of cycles. The rules are in layers.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { repository } from "../tool.js";
import { findImportProblems } from "./import-problems.js";
import { layers } from "./layers.js";

const configFile = path.join(repository, "tsconfig.build.json");
const { fileNames } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configFile, (file) => readFileSync(file, "utf8")).config,
  ts.sys,
  repository,
);
const sources = new Map(
  fileNames.map((file) => [
    path.relative(repository, file).replaceAll(path.sep, "/"),
    readFileSync(file, "utf8"),
  ]),
);

const problems = findImportProblems(sources, layers);
for (const problem of problems) console.log(problem);
console.log(`${sources.size} files, ${problems.length} import problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
