import path from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "../support/temp-project.js";
import { placeOf, TsServer } from "../support/tsserver.js";
import { typescriptPackages } from "../support/typescript-versions.js";

const client = `import { api } from "../convoy/_generated/api";
export const reference = api.projects.listProjects;
export const name = reference["~result"][0]!.name;
`;

const withUnknownTable =
  'import { defineRef } from "convoy";\nexport const ref = defineRef("userz");\n';

/** What an editor without our plugin knows, from the generated types alone. */
test.each(typescriptPackages)("an editor on %s finds its way through the api", async (name) => {
  await using project = await tempProject("quickstart", {
    files: { "src/client.ts": client, "convoy/functions/extra.ts": withUnknownTable },
  });
  await using server = new TsServer(name);
  const file = path.join(project.root, "src/client.ts");
  server.open(file, client);

  const at = placeOf(client, "listProjects");
  const hover = await server.request<{ displayString: string; documentation: string }>(
    "quickinfo",
    { file, ...at },
  );
  expect(hover.displayString).toBe(
    '(property) listProjects: FunctionReference<"query", "public", {\n    userId: Id<"users">;\n}, ProjectsDocument[]>',
  );
  expect(hover.documentation).toBe("The projects of a user, the newest first.");

  const [definition] = await server.request<{ file: string; start: object }[]>("definition", {
    file,
    ...at,
  });
  const source = await project.read("convoy/functions/projects.ts");
  expect(definition).toMatchObject({
    file: path.join(project.root, "convoy/functions/projects.ts").replaceAll("\\", "/"),
    start: placeOf(source, "listProjects"),
  });

  // An unknown table is an error of TypeScript's own, which knows those that there are.
  const extra = path.join(project.root, "convoy/functions/extra.ts");
  server.open(extra, withUnknownTable);
  const errors = await server.request<{ text: string }[]>("semanticDiagnosticsSync", {
    file: extra,
  });
  expect(errors.map((error) => error.text)).toEqual([
    "Argument of type '\"userz\"' is not assignable to parameter of type 'TableNames'.",
  ]);
  const completions = await server.request<{ entries: { name: string }[] }>("completionInfo", {
    file: extra,
    ...placeOf(withUnknownTable, 'userz"'),
  });
  expect(completions.entries.map((entry) => entry.name)).toEqual(["projects", "users"]);
});
