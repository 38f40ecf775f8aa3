import { z } from "zod";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { Id } from "../../../protocol/id.js";
import {
  createFunctionBuilders,
  type FunctionBuilders,
} from "../../../runtime/functions/builder.js";
import type { FunctionRegistry } from "../../../runtime/functions/run/registry.js";
import { defineSchema } from "../../../runtime/schema/schema.js";
import { defineTable } from "../../../runtime/schema/table.js";
import type { ProjectCode } from "../../../runtime/server/backend.js";

/** The model of a project of one table, such as the compiler generates. */
export type NotesModel = {
  notes: {
    document: { _id: Id<"notes">; _creationTime: number; title: string };
    insert: { title: string };
    fields: { _id: Id<"notes">; _creationTime: number; title: string };
    indexes: { by_title: ["title"] };
  };
};

const schema = defineSchema({
  notes: defineTable({ title: z.string() }).unique("by_title", ["title"]),
});

const tables: Manifest["tables"] = [
  {
    name: "notes",
    fields: [
      {
        name: "title",
        type: { kind: "string" },
        optional: false,
        hasDefault: false,
        integer: false,
        ref: null,
      },
    ],
    indexes: [{ name: "by_title", fields: ["title"], unique: true }],
    promoted: [],
    relational: false,
  },
];

export const builders: FunctionBuilders<NotesModel> = createFunctionBuilders<NotesModel>();
const { query, mutation, action, internalMutation } = builders;

/** What most tests call. */
const functions: FunctionRegistry = {
  "notes.add": mutation({
    args: { title: z.string() },
    handler: (ctx, args) => ctx.db.insert("notes", args),
  }),
  "notes.count": query({ handler: (ctx) => ctx.db.query("notes").count() }),
  "notes.wipe": internalMutation({ handler: () => "wiped" }),
  "admin/notes.echo": action({
    args: { value: z.unknown() },
    handler: (_ctx, { value }) => value,
  }),
};

/** The project, with more functions by their names. */
export function notesProject(more: FunctionRegistry = {}): ProjectCode {
  const all = { ...functions, ...more };
  const listed = Object.entries(all).map(([path, { kind, visibility }]) => ({
    path,
    kind,
    visibility,
  }));
  return { schema, functions: all, manifest: { version: 1, tables, types: {}, functions: listed } };
}
