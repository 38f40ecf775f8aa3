import type { Position } from "../../../database/storage/position.js";

/**
 * The places below a field whose values are stored in another form than before: dates, bigints and
 * bytes carry a tag there now, or no longer. What is stored would be read as something else, and
 * may well fit the new type all the same.
 */
export function changedStorageForms(
  path: string,
  before: Position,
  after: Position,
): readonly string[] {
  const seen = new Map<Position, Set<Position>>();
  const changed = new Set<string>();
  compare(path, before, after);
  return [...changed];

  function compare(path: string, before: Position, after: Position): void {
    const compared = seen.get(before) ?? new Set();
    if (compared.has(after)) return;
    seen.set(before, compared.add(after));
    if (before.tagged !== after.tagged && hasOwnForm(before)) changed.add(path);
    for (const { name, position } of before.object?.properties ?? []) {
      const other = after.object?.property(name)?.position ?? after.object?.others;
      if (other) compare(`${path}.${name}`, position, other);
    }
    if (before.object?.others && after.object) {
      const { others } = before.object;
      if (after.object.others) compare(`${path}.*`, others, after.object.others);
      for (const { name, position } of after.object.properties) {
        if (before.object.property(name) === null) compare(`${path}.${name}`, others, position);
      }
    }
    if (before.array && after.array) {
      const length = Math.max(before.array.elements.length, after.array.elements.length);
      for (let index = 0; index < length; index += 1) {
        compare(`${path}[${index}]`, before.array.element(index), after.array.element(index));
      }
      if (before.array.rest && after.array.rest) {
        compare(`${path}[]`, before.array.rest, after.array.rest);
      }
    }
  }
}

/** Records count as well: where others carry tags, one that looks like a tagged value has a mark. */
function hasOwnForm({ classes, object }: Position): boolean {
  const isScalar = classes.has("date") || classes.has("bigint") || classes.has("bytes");
  return isScalar || (object?.others ?? null) !== null;
}
