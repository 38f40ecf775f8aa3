import type { Manifest, ManifestTable } from "../../../compiler/model/manifest.js";
import { physicalSchema } from "../../../runtime/database/storage/physical-schema.js";
import type { Catalog } from "../../../runtime/postgres/catalog/catalog.js";
import { type Plan, plan } from "../../../runtime/postgres/plan/plan.js";
import type { PlanOptions } from "../../../runtime/postgres/plan/world.js";
import { catalogOf } from "./catalogs.js";
import { date, idOf, index, manifest, table, text, unique } from "./manifests.js";

export const users: ManifestTable = table(
  "users",
  { email: text },
  { indexes: [unique("by_email", "email")] },
);
export const projects: ManifestTable = table(
  "projects",
  { name: text, ownerId: idOf("users"), "archived?": date },
  { indexes: [index("by_owner", "ownerId")] },
);
export const both: Manifest = manifest([users, projects]);

export interface Change {
  readonly from: Manifest;
  readonly to: Manifest;
  readonly rows?: number;
  readonly catalog?: Catalog;
  readonly applied?: Manifest | null;
  readonly options?: Partial<PlanOptions>;
}

export function planOf({ from, to, rows = 0, catalog, applied, options }: Change): Plan {
  return plan({
    desired: physicalSchema(to),
    manifest: to,
    catalog: catalog ?? catalogOf(from, rows),
    applied: applied === undefined ? from : applied,
    options: { allowDrop: [], renames: [], ...options },
  });
}

/** What a plan does, a word and a name each. */
export function outline({ steps }: Plan): readonly string[] {
  return steps.map((step) => {
    switch (step.kind) {
      case "rename-table":
        return `${step.kind} ${step.from} ${step.to}`;
      case "create-index":
        return `${step.kind} ${step.table}.${step.index}${step.transaction ? "" : " concurrently"}`;
      case "system-schema":
      case "record-manifest":
        return step.kind;
      default:
        return `${step.kind} ${step.table}`;
    }
  });
}

export function codes({ problems, notices }: Plan): readonly string[] {
  return [...problems, ...notices].map(({ code }) => code);
}

export function change(before: ManifestTable, after: ManifestTable, rows = 2): Plan {
  return planOf({ from: manifest([before]), to: manifest([after]), rows });
}
