import { expect, test } from "vitest";
import type { EditedProject } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";

export function hoverCases(project: () => EditedProject): void {
  const hover = async (name: string, marked: string) => {
    const at = await project().typeAt(name, marked);
    return project().request<{ displayString: string; documentation: string }>(
      "quickinfo",
      name,
      at,
    );
  };

  test("a query shows its plan and its SQL", async () => {
    const { displayString, documentation } = await hover(
      file,
      moduleOf(`return ctx.db
      .query("projects")
      .withIndex("by_userId", (q) => q.eq("userId", args.userId).gte("createdAt", 5))
      .order("desc", "createdAt")
      .ta‸ke(10);`),
    );
    expect(displayString).toContain("take(");
    expect(
      documentation.slice(documentation.indexOf("**")),
    ).toBe(`**Index range of "by_userId"**: equal in "userId", bounded in "createdAt". The order by "createdAt" is free: the index has it (descending).

\`\`\`sql
select id, doc from "projects"
where (doc->>'userId')::uuid = $1
  and (doc->>'createdAt')::float8 >= $2
order by (doc->>'createdAt')::float8 desc, id desc
limit 10
-- $1 = args.userId
-- $2 = 5
\`\`\``);
  });

  test("a sort and a full scan are called so", async () => {
    const { documentation } = await hover(
      file,
      moduleOf(
        'return ctx.db.query("users").filter((q) => q.eq(q.field("deviceId"), "a")).order("asc", "createdAt").col‸lect();',
      ),
    );
    expect(documentation).toContain('**Full scan of "users"**. **Sort** by "createdAt"');
    expect(documentation).toContain("where (doc->>'deviceId') = $1\n");
  });

  test("names say what they stand for", async () => {
    const index = await hover(
      file,
      moduleOf('return ctx.db.query("projects").withIndex("by_us‸erId").take(1);'),
    );
    expect(index.displayString).toBe("(index) projects.by_userId");
    expect(index.documentation).toContain('Index on ["userId", "createdAt"].');
    expect(index.documentation).toContain(
      `create index on "projects" ((doc->>'userId')::uuid, (doc->>'createdAt')::float8, id)`,
    );
    const table = await hover(file, moduleOf('return ctx.db.get("us‸ers", args.userId);'));
    expect(table.documentation).toContain('Indexes: by_deviceId ["deviceId"].');
  });
}
