import type { Random } from "../random.js";

/** A table of a synthetic project. Every one has `name`, `status`, `ownerId` and `createdAt`. */
export interface SyntheticTable {
  readonly name: string;
  /** The fields beyond those that every table has. */
  readonly fields: readonly SyntheticField[];
}

export interface SyntheticField {
  readonly name: string;
  /** The zod expression. */
  readonly validator: string;
  /** A value of it, as source text. */
  readonly value: string;
  /** What an index lists: the field or a path below it; absent for what is rarely indexed. */
  readonly indexed?: string;
  readonly doc?: string;
}

const things = `
  accounts articles assets badges batches boards bookings branches budgets campaigns carts
  cases channels claims clients contracts courses devices documents drivers episodes events
  features folders forms goals groups guests hotels invoices issues jobs journeys labels leads
  lessons licenses lists machines meetings members messages notes offers orders pages parcels
  patients payments permits plans players policies products profiles projects quotes recipes
  records refunds releases reports requests reviews rooms routes rules runs scores seasons
  servers shifts shops songs stages stations surveys tasks teams tickets topics tours trips`
  .trim()
  .split(/\s+/);

/** The table that every other one refers to by `ownerId`. */
export const OWNERS = "users";

export function syntheticTables(count: number, random: Random): SyntheticTable[] {
  const names = [OWNERS];
  for (let number = 0; names.length < count; number++) {
    const thing = things[number % things.length];
    const round = Math.floor(number / things.length);
    names.push(`${thing}${round === 0 ? "" : round + 1}`);
  }
  return names.map((name) => ({ name, fields: random.sample(possibleFields(names, random), 6) }));
}

function possibleFields(tables: readonly string[], random: Random): SyntheticField[] {
  const [parent, other] = [random.pick(tables), random.pick(tables)];
  return [
    {
      name: "parentId",
      validator: `defineRef("${parent}").nullable()`,
      value: "null",
      indexed: "parentId",
      doc: `The one of ${parent} that this belongs to.`,
    },
    { name: "relatedIds", validator: `z.array(defineRef("${other}"))`, value: "[]" },
    { name: "description", validator: "z.string().optional()", value: `"as agreed"` },
    { name: "priority", validator: "z.int().default(0)", value: "3", indexed: "priority" },
    { name: "amount", validator: "z.bigint()", value: "1200n", doc: "In cents." },
    {
      name: "dueAt",
      validator: "z.date().nullable()",
      value: "new Date(0)",
      indexed: "dueAt",
      doc: "When it has to be done.",
    },
    { name: "isActive", validator: "z.boolean()", value: "true", indexed: "isActive" },
    {
      name: "address",
      validator: `z.object({
      street: z.string(),
      city: z.string(),
      country: z.string().length(2),
      postalCode: z.string().optional(),
    })`,
      value: `{ street: "Long Lane 1", city: "Leeds", country: "GB" }`,
      indexed: "address.city",
    },
    {
      name: "contact",
      validator: "z.object({ email: z.email(), phone: z.string().nullable() }).optional()",
      value: `{ email: "desk@example.org", phone: null }`,
      doc: "Whom to ask.",
    },
    {
      name: "steps",
      validator: "z.array(z.object({ title: z.string(), doneAt: z.date().optional() }))",
      value: `[{ title: "Begin" }]`,
    },
    { name: "labels", validator: "z.record(z.string(), z.string())", value: `{ tone: "calm" }` },
    {
      name: "source",
      validator: `z.union([
      z.object({ kind: z.literal("import"), file: z.string() }),
      z.object({ kind: z.literal("person"), userId: defineRef("${OWNERS}") }),
    ])`,
      value: `{ kind: "import", file: "all.csv" }`,
      indexed: "source.kind",
    },
  ];
}

/** The text of `convoy/schema.ts`. */
export function schemaText(tables: readonly SyntheticTable[]): string {
  return `import { defineRef, defineSchema, defineTable } from "convoy";
import { z } from "zod";

const statuses = ["draft", "open", "closed"] as const;

export default defineSchema({
${tables.map(tableText).join("")}});
`;
}

function tableText({ name, fields }: SyntheticTable): string {
  const lines = fields.map(
    (field) =>
      `${field.doc === undefined ? "" : `    /** ${field.doc} */\n`}    ${field.name}: ${field.validator},\n`,
  );
  const indexes = fields
    .filter((field) => field.indexed !== undefined)
    .slice(0, 2)
    .map((field) => `    .index("by_${field.name}", ["ownerId", "${field.indexed}"])\n`);
  return `  ${name}: defineTable({
    name: z.string().min(1),
    status: z.enum(statuses),
    ownerId: defineRef("${OWNERS}"),
    createdAt: z.number(),
${lines.join("")}  })
    .unique("by_name", ["name"])
    .index("by_owner", ["ownerId", "status", "createdAt"])
${indexes.join("").trimEnd()}${indexes.length === 0 ? "" : "\n"}    .promote(["ownerId"]),
`;
}
