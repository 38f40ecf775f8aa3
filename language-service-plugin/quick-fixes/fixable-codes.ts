import type ts from "typescript";
import { rules } from "../../compiler/rules/index.js";
import { numericCode } from "../../compiler/transformer/to-ts-diagnostic.js";

/** The codes of the rules that have fixes, as editors know them. */
const fixableCodes: readonly string[] = rules
  .filter(({ fixes }) => fixes.length > 0)
  .map(({ code }) => String(numericCode(code)));

/** What editors ask before they ask for fixes at all. */
export function withFixableCodes(codes: readonly string[]): readonly string[] {
  return [...new Set([...codes, ...fixableCodes])];
}

/** TypeScript's own list, which it answers with where it is asked about no file. */
interface CodeFixRegistry {
  readonly codefix?: {
    readonly registerCodeFix?: (registration: {
      readonly errorCodes: readonly number[];
      readonly fixIds: undefined;
      readonly getCodeActions: () => undefined;
    }) => void;
  };
}

const registered = new WeakSet<object>();

/** Tells `typescript` that our codes can have fixes. Those come from the plugin, not from here. */
export function registerFixableCodes(typescript: typeof ts): void {
  if (registered.has(typescript)) return;
  registered.add(typescript);
  const { codefix } = typescript as CodeFixRegistry;
  codefix?.registerCodeFix?.({
    errorCodes: fixableCodes.map(Number),
    fixIds: undefined,
    getCodeActions: () => undefined,
  });
}
