import type ts from "typescript";
import { isFunctionsModule } from "../../compiler/project/layout.js";
import type { View } from "../project/views.js";

/** Beside the codes of the rules, which begin at 991000. */
const staleCode = 990_001;

/**
 * One quiet word where what is generated does not follow from what is saved. While a file has edits
 * that nobody saved it cannot, and nothing is said.
 */
export function staleGenerated(view: View): readonly ts.DiagnosticWithLocation[] {
  const { ts: typescript, sourceFile, project } = view;
  const { fileName } = sourceFile;
  const isSchema = fileName === project.layout.schemaFile;
  if (!isSchema && !isFunctionsModule(project.layout, fileName)) return [];
  const isStale = isSchema ? isModelStale(view) : isApiStale(view);
  if (!isStale || !isSaved(view)) return [];
  const place = isSchema
    ? exportOf(typescript, sourceFile)
    : generatedImportOf(typescript, sourceFile);
  const start = place.getStart(sourceFile);
  return [
    {
      category: typescript.DiagnosticCategory.Suggestion,
      code: staleCode,
      source: "convoy",
      messageText:
        "The generated code is older than this file. Run `npx convoy codegen`, or keep `npx convoy dev` running.",
      file: sourceFile,
      start,
      length: Math.min(place.end, lineEnd(sourceFile.text, start)) - start,
    },
  ];
}

function isModelStale({ program, host, project, schema, isSchemaBroken }: View): boolean {
  if (schema === null || isSchemaBroken) return false;
  const text = project.dataModel(program, schema);
  if (text === null) return false;
  const onDisk = host.readFile(`${project.layout.generatedDir}/dataModel.ts`);
  return onDisk?.replaceAll("\r\n", "\n") !== text;
}

/** Whether a function is not in the api. One that is there and is gone, its callers notice. */
function isApiStale({ ts: typescript, program, project, sourceFile, schema }: View): boolean {
  // Half a statement says nothing of what there is to generate.
  if (program.getSyntacticDiagnostics(sourceFile).length > 0) return false;
  const { generatedDir } = project.layout;
  const api =
    program.getSourceFile(`${generatedDir}/apiTypes.d.ts`) ??
    program.getSourceFile(`${generatedDir}/api.ts`);
  if (api === undefined) return false;
  const facts = schema && project.readings.read(program, schema, sourceFile)?.facts;
  if (!facts) return false;
  const known = functionsIn(typescript, api).get(facts.path);
  return facts.functions.some(({ name }) => known?.has(name) !== true);
}

type FunctionNames = ReadonlyMap<string, ReadonlySet<string>>;

const functions = new WeakMap<ts.SourceFile, FunctionNames>();

/** The functions in the generated types of the api, by the paths of their modules: `admin/users`. */
function functionsIn(typescript: typeof ts, api: ts.SourceFile): FunctionNames {
  let known = functions.get(api);
  if (known === undefined) {
    const found = new Map<string, Set<string>>();
    const visit = (all: readonly ts.TypeElement[], module: string): void => {
      // The public and the internal functions of a module stand apart.
      const names = found.get(module) ?? new Set();
      found.set(module, names);
      for (const member of all) {
        if (!typescript.isPropertySignature(member) || member.type === undefined) continue;
        const name = "text" in member.name ? member.name.text : "";
        if (typescript.isTypeLiteralNode(member.type)) {
          visit(member.type.members, module === "" ? name : `${module}/${name}`);
        } else {
          names.add(name);
        }
      }
    };
    for (const node of api.statements) {
      if (typescript.isInterfaceDeclaration(node)) visit(node.members, "");
    }
    functions.set(api, (known = found));
  }
  return known;
}

function isSaved({ host, sourceFile: { fileName, text } }: View): boolean {
  return host.readFile(fileName) === text;
}

function exportOf(typescript: typeof ts, file: ts.SourceFile): ts.Node {
  return file.statements.find((node) => typescript.isExportAssignment(node)) ?? firstOf(file);
}

function generatedImportOf(typescript: typeof ts, file: ts.SourceFile): ts.Node {
  const found = file.statements.find(
    (node) =>
      typescript.isImportDeclaration(node) &&
      typescript.isStringLiteral(node.moduleSpecifier) &&
      node.moduleSpecifier.text.includes("_generated/"),
  );
  return found ?? firstOf(file);
}

function firstOf(file: ts.SourceFile): ts.Node {
  return file.statements[0] ?? file.endOfFileToken;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}
