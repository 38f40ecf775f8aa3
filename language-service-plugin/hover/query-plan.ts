import { equalityPrefix, type KnownQuery } from "../../compiler/rules/database-uses.js";
import { givesOrder, hasRange, readsAll } from "../../compiler/rules/query-plan.js";
import { quotedList } from "../../compiler/rules/wording.js";

/** How Postgres comes to the documents of a query, in a sentence or two. */
export function queryPlan(known: KnownQuery): string {
  return [`**${access(known)}**${range(known)}.`, order(known)].filter(Boolean).join(" ");
}

function access({ query, index, table }: KnownQuery): string {
  if (index !== null && hasRange(query)) return `Index range of "${index.name}"`;
  if (readsAll(query)) return `Full scan of "${table.name}"`;
  return index === null
    ? `Start of "${table.name}", in creation order`
    : `Start of index "${index.name}"`;
}

function range({ query, index }: KnownQuery): string {
  const steps = query.index?.steps ?? [];
  if (index === null || steps.length === 0) return "";
  const names = (isEquality: boolean) => [
    ...new Set(
      steps
        .filter(({ operator }) => (operator === "eq") === isEquality)
        .map(({ field }) => field.name ?? "…"),
    ),
  ];
  const parts = [names(true), names(false)].map((fields, at) =>
    fields.length === 0 ? "" : `${at === 0 ? "equal in" : "bounded in"} ${quotedList(fields)}`,
  );
  return `: ${parts.filter(Boolean).join(", ")}`;
}

function order(known: KnownQuery): string {
  const { query } = known;
  const [order] = query.orders;
  if (query.terminal?.name === "count") return "";
  const direction = order?.direction === "desc" ? "descending" : "ascending";
  const field = order?.field?.name ?? null;
  const fixed = equalityPrefix(known);
  if (field === null || fixed === null) return "";
  return givesOrder(known, fixed, field)
    ? `The order by "${field}" is free: ${source(known)} has it (${direction}).`
    : `**Sort** by "${field}": every match is read and sorted.`;
}

function source({ index }: KnownQuery): string {
  return index === null ? "creation order" : "the index";
}
