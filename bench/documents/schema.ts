import { z } from "zod";
import type { Manifest, ManifestField } from "../../compiler/model/manifest.js";
import type { TypeFact } from "../../compiler/model/type-fact.js";
import type { Id } from "../../protocol/id.js";
import type { SchemaDefinition } from "../../runtime/schema/schema.js";
import { built } from "./built.js";

const statuses = ["planning", "active", "done"] as const;

/** A document as handlers insert it: about 300 bytes of JSON. */
export interface Project {
  readonly userId: Id<"users">;
  readonly name: string;
  readonly status: (typeof statuses)[number];
  readonly description?: string;
  readonly priority: number;
  readonly isArchived: boolean;
  readonly tags: readonly string[];
  readonly createdAt: number;
}

/** What a project would have in `convoy/schema.ts`. */
export async function loadSchema(): Promise<SchemaDefinition> {
  const { defineRef, defineSchema, defineTable } =
    await built<typeof import("../../runtime/index.js")>("runtime/index.js");
  return defineSchema({
    users: defineTable({ name: z.string() }),
    projects: defineTable({
      userId: defineRef("users"),
      name: z.string(),
      status: z.enum(statuses),
      description: z.string().optional(),
      priority: z.number(),
      isArchived: z.boolean(),
      tags: z.array(z.string()),
      createdAt: z.number(),
    }).index("by_userId", ["userId", "createdAt"]),
  });
}

const string: TypeFact = { kind: "string" };
const number: TypeFact = { kind: "number" };

function field(name: string, type: TypeFact, optional = false): ManifestField {
  return { name, type, optional, hasDefault: false, integer: false, ref: null };
}

function table(name: string, fields: readonly ManifestField[]): Manifest["tables"][number] {
  return { name, fields, indexes: [], promoted: [], relational: false };
}

/** What `convoy codegen` would make of it. */
export const manifest: Manifest = {
  version: 1,
  types: {},
  functions: [],
  tables: [
    table("users", [field("name", string)]),
    {
      ...table("projects", [
        field("userId", { kind: "id", tables: ["users"] }),
        field("name", string),
        field("status", {
          kind: "union",
          members: statuses.map((value): TypeFact => ({ kind: "literal", value })),
        }),
        field("description", string, true),
        field("priority", number),
        field("isArchived", { kind: "boolean" }),
        field("tags", { kind: "array", element: string }),
        field("createdAt", number),
      ]),
      indexes: [{ name: "by_userId", fields: ["userId", "createdAt"], unique: false }],
    },
  ],
};

/** The same documents as anyone would keep them in columns. */
export const relationalTable = `create table relational_projects (
  id uuid primary key,
  "userId" uuid not null,
  name text not null,
  status text not null,
  description text,
  priority float8 not null,
  "isArchived" boolean not null,
  tags text[] not null,
  "createdAt" float8 not null
);
create index on relational_projects ("userId", "createdAt", id)`;
