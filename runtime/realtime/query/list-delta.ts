import type { Element, ValueResult } from "./result.js";

/**
 * How the list that a client has becomes the new one, as the JSON of a `ListDelta`; `null` where it
 * is not shorter than the new list.
 */
export function listDelta(from: ValueResult, to: ValueResult): string | null {
  if (from.elements === null || to.elements === null) return null;
  const places = new Map<string, number>();
  for (const [at, { id }] of from.elements.entries()) places.set(id, at);
  const parts: string[] = [];
  let length = 2;
  let limit = 2;
  let start = 0;
  let count = 0;
  const endRun = (): void => {
    if (count === 0) return;
    const run = `[${start},${count}]`;
    parts.push(run);
    length += run.length + 1;
    count = 0;
  };
  for (const element of to.elements) {
    limit += element.json.length + 1;
    const place = placeOf(element, from.elements, places);
    if (place !== null && count > 0 && place === start + count) {
      count += 1;
      continue;
    }
    endRun();
    if (place === null) {
      parts.push(element.json);
      length += element.json.length + 1;
    } else {
      start = place;
      count = 1;
    }
  }
  endRun();
  return length < limit ? `[${parts.join(",")}]` : null;
}

/** Where the same element is in the old list. */
function placeOf(
  { id, json }: Element,
  old: readonly Element[],
  places: ReadonlyMap<string, number>,
): number | null {
  const place = places.get(id);
  return place !== undefined && old[place]?.json === json ? place : null;
}
