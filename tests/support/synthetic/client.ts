import { reference, type SyntheticModule } from "./functions.js";

/**
 * A file of a client that calls these functions and reads the results, through types alone.
 *
 * @param up the path from the file to the project's root: `..`.
 */
export function clientText(modules: readonly SyntheticModule[], up: string): string {
  const calls = modules.flatMap(({ path, functions }) =>
    functions
      .filter(({ visibility }) => visibility === "public")
      .map(({ name, args }) => {
        const variable = `${path.replaceAll("/", "_")}_${name}`;
        return `  const ${variable} = await call(${reference("api", path, name)}, ${args});\n  show(${variable}${reading[name] ?? ""});\n`;
      }),
  );
  return `import { type ArgsTuple, createApi, type FunctionReference, type ResultOf } from "convoy/client";
import type { Api } from "${up}/convoy/_generated/api";
import type { Id, TableNames } from "${up}/convoy/_generated/dataModel";

const api = createApi<Api>();

declare function id<Table extends TableNames>(): Id<Table>;
declare function show(value: unknown): void;
declare function call<Reference extends FunctionReference>(
  reference: Reference,
  ...args: ArgsTuple<Reference>
): Promise<ResultOf<Reference>>;

export async function main(): Promise<void> {
${calls.join("")}}
`;
}

/** How a client looks into the result of each function. */
const reading: Readonly<Record<string, string>> = {
  list: "[0]?.name.length",
  get: "?.summary.kind",
  update: ".changed",
  page: ".page[0]?.detail.first",
  close: ".closed[0]?.left",
  report: ".own.kind",
};
