import type ts from "typescript";
import { checkGenerated } from "./emit/write.js";
import { generate } from "./emit/generate.js";
import { CallGraph } from "./hosts/typescript/call-graph.js";
import { FunctionsReader } from "./hosts/typescript/functions-reader.js";
import { TypeScriptHost } from "./hosts/typescript/host.js";
import { readSchema } from "./hosts/typescript/schema-reader.js";
import type { ConvoyDiagnostic } from "./model/diagnostic.js";
import { deepFreeze } from "./model/freeze.js";
import type { ProjectFacts } from "./model/facts.js";
import { configOfProgram, type ProjectConfig } from "./project/config.js";
import type { ProjectLayout } from "./project/layout.js";
import { hasSchemaErrors, runRules } from "./rules/run.js";

/** What a program that contains a Convoy project says about it. */
export interface ProgramAnalysis {
  /** Generated text by absolute path; `null` where nothing may be written. */
  readonly files: ReadonlyMap<string, string> | null;
  readonly diagnostics: readonly ConvoyDiagnostic[];
}

/**
 * Analyses the Convoy project in `program`. The program's own checker, whose work a build needs
 * anyway, says first whether the generated files that it contains still follow from the source;
 * only when they do not, the project is analysed afresh.
 */
export function analyseProgram(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
): ProgramAnalysis {
  // What cannot be parsed cannot be read. The build reports syntax errors by itself.
  const isBroken = program
    .getSourceFiles()
    .some(
      (file) =>
        file.fileName.startsWith(`${project.convoyDir}/`) &&
        program.getSyntacticDiagnostics(file).length > 0,
    );
  if (isBroken) return { files: null, diagnostics: [] };

  const analysis = new Analyser(typescript, program, project);
  const facts = analysis.verifiedFacts() ?? analysis.freshFacts();
  const diagnostics = analysis.runRules(facts);
  const mayWrite = facts.schema.problems.length === 0 && !hasSchemaErrors(diagnostics);
  return { files: mayWrite ? analysis.generate(facts) : null, diagnostics };
}

class Analyser {
  readonly #ts: typeof ts;
  readonly #program: ts.Program;
  readonly #project: ProjectLayout;
  readonly #config: ProjectConfig;
  /** The program whose types are right: before code was generated, the given one has none. */
  #typed: ts.Program;
  readonly #generated = new WeakMap<ProjectFacts, ReadonlyMap<string, string>>();

  constructor(typescript: typeof ts, program: ts.Program, project: ProjectLayout) {
    this.#ts = typescript;
    this.#program = program;
    this.#project = project;
    this.#typed = program;
    this.#config = configOfProgram(typescript, program, project);
  }

  /** The facts by the program's own checker, if they agree with the generated files on disk. */
  verifiedFacts(): ProjectFacts | null {
    const { generatedDir } = this.#project;
    if (!this.#program.getSourceFile(`${generatedDir}/dataModel.ts`)) return null;
    const schema = readSchema(this.#ts, this.#program, this.#project);
    if (schema.problems.length > 0) return null;
    const reader = new FunctionsReader({
      ts: this.#ts,
      program: this.#program,
      project: this.#project,
      schema,
    });
    const files = this.#createHost().functionsFiles();
    const modules = files.map((file) => reader.read(file));
    if (!modules.every((module) => module !== null)) return null;
    const facts = deepFreeze({ schema, modules });
    if (checkGenerated(this.generate(facts)).length > 0) return null;
    const calls = new CallGraph({
      ts: this.#ts,
      program: this.#program,
      project: this.#project,
      files,
    });
    return calls.hasCycle() ? null : facts;
  }

  /** The facts by programs of their own, which look at no generated file on disk. */
  freshFacts(): ProjectFacts {
    const host = this.#createHost();
    const schema = host.readSchema();
    const modules = schema.problems.length > 0 ? [] : host.readFunctions(schema);
    this.#typed = host.program ?? this.#program;
    return { schema, modules };
  }

  generate(facts: ProjectFacts): ReadonlyMap<string, string> {
    let files = this.#generated.get(facts);
    if (!files) {
      files = this.#print(facts);
      this.#generated.set(facts, files);
    }
    return files;
  }

  #print(facts: ProjectFacts): ReadonlyMap<string, string> {
    const { emitsDeclarations, hasDrizzle } = this.#config;
    return generate(facts, {
      project: this.#project,
      emitsDeclarations,
      hasDrizzle,
      readText: (file) => this.#program.getSourceFile(`${this.#project.root}/${file}`)?.text,
    });
  }

  runRules(facts: ProjectFacts): readonly ConvoyDiagnostic[] {
    const { root } = this.#project;
    return runRules({
      ts: this.#ts,
      project: this.#project,
      facts,
      sourceFiles: this.#program
        .getSourceFiles()
        .filter(
          ({ fileName }) => fileName.startsWith(`${root}/`) && !fileName.includes("/node_modules/"),
        )
        .map((file) => this.#typed.getSourceFile(file.fileName) ?? file),
      checker: () => this.#typed.getTypeChecker(),
    });
  }

  #createHost(): TypeScriptHost {
    return new TypeScriptHost({
      ts: this.#ts,
      config: this.#config,
      reuse: (file) => this.#program.getSourceFile(file),
    });
  }
}
