import type { Random } from "../random.js";
import { OWNERS, type SyntheticTable } from "./tables.js";

/** One file of functions of a synthetic project, all about one table. */
export interface SyntheticModule {
  /** Below `convoy/functions`, without its extension. */
  readonly path: string;
  readonly text: string;
  readonly functions: readonly SyntheticFunction[];
}

export interface SyntheticFunction {
  readonly name: string;
  readonly visibility: "public" | "internal";
  /** What a client passes, as source text; ids are made by `id<Table>()`. */
  readonly args: string;
}

interface Template extends SyntheticFunction {
  readonly imports: readonly string[];
  readonly text: string;
}

const FUNCTIONS_PER_MODULE = 6;

export function syntheticModules(
  tables: readonly SyntheticTable[],
  functions: number,
  random: Random,
): SyntheticModule[] {
  const places = Array.from(
    { length: Math.ceil(functions / FUNCTIONS_PER_MODULE) },
    (_, number) => {
      const table = tables[number % tables.length];
      if (table === undefined) throw new Error("A synthetic project needs a table.");
      const round = Math.floor(number / tables.length);
      const name = round === 0 ? table.name : `${table.name}${"ABCDEFGHIJ".at(round) ?? round}`;
      return { table, path: number % 4 === 3 ? `admin/${name}` : name };
    },
  );
  return places.map(({ table, path }, number) => {
    const size = Math.min(FUNCTIONS_PER_MODULE, functions - number * FUNCTIONS_PER_MODULE);
    // Calls go to any module, so modules call each other in circles; functions do not: what is
    // called here calls nothing itself.
    const callee = reference("internal", random.pick(places).path, "summarize");
    const [summarize, ...others] = templates(table, path, callee);
    return moduleText(path, [summarize, ...random.sample(others, size - 1)].slice(0, size));
  });
}

/** `api.admin.users.list`. */
export function reference(root: "api" | "internal", path: string, name: string): string {
  return [root, ...path.split("/"), name].join(".");
}

function moduleText(path: string, chosen: readonly Template[]): SyntheticModule {
  const up = "../".repeat(path.split("/").length);
  const imported = new Set(chosen.flatMap(({ imports }) => imports));
  const from = (module: string, names: readonly string[]): string => {
    const used = names.filter((name) => imported.has(name)).map((name) => name);
    return used.length === 0 ? "" : `import { ${used.join(", ")} } from "${module}";\n`;
  };
  const builders = ["action", "internalQuery", "mutation", "query"];
  const text = [
    `import { defineRef } from "convoy";\nimport { z } from "zod";\n`,
    from(`${up}_generated/api`, ["api", "internal"]),
    from(`${up}_generated/server`, builders),
    ...chosen.map((template) => `\n${template.text}`),
  ].join("");
  return {
    path,
    text,
    functions: chosen.map(({ name, visibility, args }) => ({ name, visibility, args })),
  };
}

/** The functions that a module can have; the first one is in all of them. */
function templates(table: SyntheticTable, path: string, callee: string): [Template, ...Template[]] {
  const t = table.name;
  const owner = `id<"${OWNERS}">()`;
  const shape = table.fields.map((field) => `    ${field.name}: ${field.validator},\n`).join("");
  const values = table.fields.map((field) => `${field.name}: ${field.value}`).join(", ");
  const [first, second] = [table.fields[0]?.name ?? "name", table.fields[1]?.name ?? "status"];
  return [
    {
      name: "summarize",
      visibility: "internal",
      args: `{ ownerId: ${owner} }`,
      imports: ["internalQuery"],
      text: `/** What an owner's ${t} come to. */
export const summarize = internalQuery({
  args: { ownerId: defineRef("${OWNERS}") },
  handler: async (ctx, { ownerId }) => {
    const newest = await ctx.db
      .query("${t}")
      .withIndex("by_owner", (q) => q.eq("ownerId", ownerId).eq("status", "open"))
      .order("desc")
      .first();
    return newest === null
      ? { kind: "nothing" as const }
      : { kind: "some" as const, ${first}: newest.${first}, at: new Date(newest.createdAt) };
  },
});
`,
    },
    {
      name: "list",
      visibility: "public",
      args: `{ ownerId: ${owner} }`,
      imports: ["query"],
      text: `/** An owner's ${t}, the newest first. */
export const list = query({
  args: { ownerId: defineRef("${OWNERS}"), limit: z.int().max(200).default(50) },
  handler: async (ctx, { ownerId, limit }) =>
    ctx.db
      .query("${t}")
      .withIndex("by_owner", (q) => q.eq("ownerId", ownerId).eq("status", "open"))
      .order("desc", "createdAt")
      .take(limit),
});
`,
    },
    {
      name: "get",
      visibility: "public",
      args: `{ id: id<"${t}">() }`,
      imports: ["internal", "query"],
      text: `/** One of ${t}, with its owner. */
export const get = query({
  args: { id: defineRef("${t}") },
  handler: async (ctx, { id }) => {
    const found = await ctx.db.get(id);
    if (found === null) return null;
    const [owner, summary] = await Promise.all([
      ctx.db.get(found.ownerId),
      ctx.runQuery(${callee}, { ownerId: found.ownerId }),
    ]);
    return { ...found, ownerName: owner?.name ?? null, summary };
  },
});
`,
    },
    {
      name: "create",
      visibility: "public",
      args: `{ name: "First", ownerId: ${owner}, ${values} }`,
      imports: ["mutation"],
      text: `/** Adds a draft. */
export const create = mutation({
  args: {
    name: z.string(),
    ownerId: defineRef("${OWNERS}"),
${shape}  },
  handler: async (ctx, args) =>
    ctx.db.insert("${t}", { ...args, status: "draft", createdAt: Date.now() }),
});
`,
    },
    {
      name: "update",
      visibility: "public",
      args: `{ id: id<"${t}">(), changes: { status: "closed" } }`,
      imports: ["mutation"],
      text: `export const update = mutation({
  args: {
    id: defineRef("${t}"),
    changes: z
      .object({ name: z.string(), status: z.enum(["draft", "open", "closed"]) })
      .partial(),
  },
  handler: async (ctx, { id, changes }) => {
    const before = await ctx.db.get("${t}", id);
    if (before === null) return { changed: false as const };
    const after = await ctx.db.patch("${t}", id, changes);
    return { changed: true as const, before: before.status, after };
  },
});
`,
    },
    {
      name: "page",
      visibility: "public",
      args: `{ ownerId: ${owner}, page: { cursor: null, numItems: 20 } }`,
      imports: ["query"],
      text: `/** An owner's ${t}, a page at a time. */
export const page = query({
  args: {
    ownerId: defineRef("${OWNERS}"),
    page: z.object({ cursor: z.string().nullable(), numItems: z.int() }),
  },
  handler: async (ctx, { ownerId, page }) => {
    const result = await ctx.db
      .query("${t}")
      .withIndex("by_owner", (q) => q.eq("ownerId", ownerId))
      .filter((q) => q.neq(q.field("status"), "draft"))
      .paginate(page);
    return {
      ...result,
      page: result.page.map((found) => ({
        id: found._id,
        name: found.name,
        detail: { first: found.${first}, second: found.${second} },
      })),
    };
  },
});
`,
    },
    {
      name: "close",
      visibility: "public",
      args: `{ ids: [id<"${t}">()], reason: "done" }`,
      imports: ["internal", "mutation"],
      text: `/** Closes several in one transaction. */
export const close = mutation({
  args: { ids: z.array(defineRef("${t}")).max(100), reason: z.string().optional() },
  handler: async (ctx, { ids, reason }) => {
    const closed = [];
    for (const found of await ctx.db.getMany(ids)) {
      if (found === null || found.status === "closed") continue;
      await ctx.db.patch(found._id, { status: "closed" });
      const summary = await ctx.runQuery(${callee}, { ownerId: found.ownerId });
      closed.push({ id: found._id, name: found.name, left: summary.kind });
    }
    return { closed, reason: reason ?? null };
  },
});
`,
    },
    {
      name: "report",
      visibility: "public",
      args: `{ ownerId: ${owner} }`,
      imports: ["action", "internal"],
      text: `/** Fetches a report from elsewhere. */
export const report = action({
  args: { ownerId: defineRef("${OWNERS}"), url: z.url().optional() },
  handler: async (ctx, { ownerId, url }) => {
    const [own, other] = await Promise.all([
      ctx.runQuery(${reference("internal", path, "summarize")}, { ownerId }),
      ctx.runQuery(${callee}, { ownerId }),
    ]);
    const response = url === undefined ? null : await fetch(url);
    return { own, other: other.kind, status: response?.status };
  },
});
`,
    },
  ];
}
