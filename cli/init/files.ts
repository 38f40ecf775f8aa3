/** What `convoy init` writes: the smallest project that does something. Paths are relative. */
export const projectFiles: Readonly<Record<string, string>> = {
  "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";

export default defineSchema({
  messages: defineTable({ author: z.string(), text: z.string() }).index("by_author", ["author"]),
});
`,
  "convoy/functions/messages.ts": `import { z } from "zod";
import { mutation, query } from "../_generated/server";

/** Adds a message. */
export const send = mutation({
  args: { author: z.string(), text: z.string().min(1) },
  handler: async (ctx, args) => await ctx.db.insert("messages", args),
});

/** The latest messages, the newest first. */
export const list = query({
  handler: async (ctx) => await ctx.db.query("messages").order("desc").take(50),
});
`,
  "tsconfig.json": `{
  "compilerOptions": {
    "target": "es2023",
    "module": "esnext",
    "moduleResolution": "bundler",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true,
    "plugins": [{ "name": "convoy/language-service-plugin" }]
  },
  "include": ["convoy", "src"]
}
`,
};
