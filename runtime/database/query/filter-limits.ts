import { ConvoyError } from "../../../protocol/errors.js";

/** Conditions inside one another. Postgres, with its usual stack, has enough of some 3,000. */
export const MAX_FILTER_DEPTH = 1000;

/** What Postgres would refuse in words that nobody understands. */
export function filterTooLarge(problem: string): ConvoyError {
  return new ConvoyError(
    "filter-too-large",
    `The filter of a query ${problem}. Read by an index, fetch documents with getMany, or make several queries.`,
    { status: 400 },
  );
}
