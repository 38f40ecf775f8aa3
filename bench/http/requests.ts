import type { Id } from "../../protocol/id.js";
import type { BenchDatabase } from "../documents/database.js";

/** What is asked of every server alike: a path below its own, and the arguments. */
export interface Endpoint {
  readonly name: string;
  readonly kind: "query" | "mutation";
  readonly path: "get" | "latest" | "insert";
  /** The arguments of the next request, as JSON. */
  next(): string;
}

export function createEndpoints({
  projectIds,
  userIds,
  newProject,
}: BenchDatabase): readonly Endpoint[] {
  let step = 0;
  const pick = <Item>(items: readonly Item[]): Item =>
    items[(step = (step + 7_919) % items.length)] as Item;
  return [
    {
      name: "get",
      kind: "query",
      path: "get",
      next: () => JSON.stringify({ id: pick<Id<"projects">>(projectIds) }),
    },
    {
      name: "a list of 20",
      kind: "query",
      path: "latest",
      next: () => JSON.stringify({ userId: pick<Id<"users">>(userIds) }),
    },
    {
      name: "an insert",
      kind: "mutation",
      path: "insert",
      next: () => JSON.stringify(newProject()),
    },
  ];
}
