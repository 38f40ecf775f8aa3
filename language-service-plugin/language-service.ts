import type ts from "typescript";
import { withNewFunctions } from "./completions/api-members.js";
import { completionDetails, withCompletions } from "./completions/completions.js";
import { semanticFindings, suggestionFindings } from "./diagnostics/diagnostics.js";
import { definitionAt } from "./definition/definition.js";
import { staleGenerated } from "./diagnostics/stale-generated.js";
import type { Guard } from "./guard.js";
import { GeneratedOverlay } from "./project/generated-overlay.js";
import { LayoutFinder } from "./project/find-layout.js";
import { type View, Views } from "./project/views.js";
import { withFixableCodes } from "./quick-fixes/fixable-codes.js";
import { quickFixes } from "./quick-fixes/quick-fixes.js";
import { withReferences } from "./references/references.js";
import { type NativeLocations, renameInfo, renameLocations } from "./rename/rename.js";
import { withHover } from "./hover/hover.js";

/** The language service of a project, with what Convoy knows besides. */
export function createLanguageService(
  typescript: typeof ts,
  info: ts.server.PluginCreateInfo,
  guard: Guard,
): ts.LanguageService {
  const { languageService: service, languageServiceHost: host, project } = info;
  const views = new Views({
    ts: typescript,
    service,
    host,
    guard,
    layouts: new LayoutFinder((file) => host.fileExists(file)),
    overlay: new GeneratedOverlay(typescript, project, guard),
  });

  /**
   * TypeScript's answer, with ours. The project is read first: what its schema says may change what
   * TypeScript answers.
   */
  const extended = <Answer>(
    feature: string,
    file: string,
    answer: () => Answer,
    extend: (view: View, answer: Answer) => Answer,
  ): Answer => {
    const view = guard.run("reading the project", null, () => views.of(file));
    const given = answer();
    return view === null ? given : guard.run(feature, given, () => extend(view, given));
  };

  return {
    ...passedThrough(service),
    getSemanticDiagnostics: (file) =>
      extended(
        "diagnostics",
        file,
        () => service.getSemanticDiagnostics(file),
        (view, given) => [...given, ...semanticFindings(view)],
      ),
    getSuggestionDiagnostics: (file) =>
      extended(
        "suggestions",
        file,
        () => service.getSuggestionDiagnostics(file),
        (view, given) => [...given, ...suggestionFindings(view), ...staleGenerated(view)],
      ),
    getSupportedCodeFixes: (file) => withFixableCodes(service.getSupportedCodeFixes(file)),
    getCodeFixesAtPosition: (file, start, end, codes, format, preferences) =>
      extended(
        "quick fixes",
        file,
        () => service.getCodeFixesAtPosition(file, start, end, codes, format, preferences),
        (view, given) => [...quickFixes(view, start, end, codes), ...given],
      ),
    getCompletionsAtPosition: (file, position, options, format) =>
      extended(
        "completions",
        file,
        () => service.getCompletionsAtPosition(file, position, options, format),
        (view, given) => withNewFunctions(view, position, withCompletions(view, position, given)),
      ),
    getCompletionEntryDetails: (file, position, name, ...rest) =>
      extended(
        "completion details",
        file,
        () => service.getCompletionEntryDetails(file, position, name, ...rest),
        (view, given) => completionDetails(view, position, name) ?? given,
      ),
    getQuickInfoAtPosition: (file, position, ...rest) =>
      extended(
        "hover",
        file,
        () => service.getQuickInfoAtPosition(file, position, ...rest),
        (view, given) => withHover(view, position, given),
      ),
    getDefinitionAtPosition: (file, position, ...rest) =>
      extended(
        "definition",
        file,
        () => service.getDefinitionAtPosition(file, position, ...rest),
        (view, given) => {
          const found = definitionAt(view, position);
          return found === null ? given : [found.definition];
        },
      ),
    getDefinitionAndBoundSpan: (file, position) =>
      extended(
        "definition",
        file,
        () => service.getDefinitionAndBoundSpan(file, position),
        (view, given) => {
          const found = definitionAt(view, position);
          return found === null
            ? given
            : { definitions: [found.definition], textSpan: found.textSpan };
        },
      ),
    findReferences: (file, position) =>
      extended(
        "references",
        file,
        () => service.findReferences(file, position),
        (view, given) => withReferences(view, service, position, given),
      ),
    getRenameInfo: (file, position, ...rest) =>
      extended(
        "rename",
        file,
        () => service.getRenameInfo(file, position, ...(rest as [ts.UserPreferences])),
        (view, given) => renameInfo(view, position) ?? given,
      ),
    findRenameLocations: (file, position, inStrings, inComments, preferences) => {
      const native: NativeLocations = (fileName, at, throughAliases) =>
        service.findRenameLocations(
          fileName,
          at,
          inStrings,
          inComments,
          throughAliases
            ? { ...(preferences as ts.UserPreferences), providePrefixAndSuffixTextForRename: false }
            : (preferences as ts.UserPreferences),
        );
      return extended(
        "rename",
        file,
        () => native(file, position),
        (view, given) => renameLocations(view, position, native) ?? given,
      );
    },
  };
}

/** Every method as it is: another plugin may have made the service, and want its `this`. */
function passedThrough(service: ts.LanguageService): ts.LanguageService {
  const methods = Object.entries(service).map(([name, method]) => [
    name,
    typeof method === "function" ? method.bind(service) : method,
  ]);
  return Object.fromEntries(methods) as ts.LanguageService;
}
