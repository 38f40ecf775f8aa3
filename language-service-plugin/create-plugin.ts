import type ts from "typescript";
import { withQuickNames } from "../compiler/hosts/typescript/quick-names.js";
import { createGuard } from "./guard.js";
import { createLanguageService } from "./language-service.js";
import { registerFixableCodes } from "./quick-fixes/fixable-codes.js";

/**
 * The plugin, as tsserver asks for it: once for each project whose tsconfig names it.
 *
 * @public `index.cts` is made of it, by an export that tools do not see.
 */
export function createPlugin({ typescript }: { readonly typescript: typeof ts }): {
  create(info: ts.server.PluginCreateInfo): ts.LanguageService;
} {
  return {
    create(info) {
      const guard = createGuard((message) => info.project.projectService.logger.info(message));
      return guard.run("start", info.languageService, () => {
        registerFixableCodes(typescript);
        return createLanguageService(withQuickNames(typescript), info, guard);
      });
    },
  };
}
