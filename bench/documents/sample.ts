import type { Id } from "../../protocol/id.js";
import type { Project } from "./schema.js";

const words =
  "harbour ledger morning invoice copper signal window transfer granite quarter lantern meadow orchid parcel".split(
    " ",
  );

/** Makes documents that differ, and are the same in every run. */
export function createSampler(userIds: readonly Id<"users">[]): () => Project {
  let seed = 1;
  const below = (end: number): number => {
    // Enough for words; `Math.random` would make other documents each time.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * end);
  };
  const text = (length: number): string =>
    Array.from({ length }, () => words[below(words.length)]).join(" ");
  let createdAt = Date.UTC(2026, 0, 1);
  return () => {
    createdAt += 1 + below(1_000);
    return {
      userId: userIds[below(userIds.length)] as Id<"users">,
      name: text(3),
      status: below(3) === 0 ? "done" : "active",
      description: text(12),
      priority: below(10),
      isArchived: below(20) === 0,
      tags: [text(1), text(1)],
      createdAt,
    };
  };
}
