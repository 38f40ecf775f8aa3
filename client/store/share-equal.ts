/**
 * `next`, with every part that equals its counterpart in `previous` replaced by that: what did not
 * change keeps its identity, all of a result or one element of a list. Elements with an `_id` have
 * their counterpart wherever it was, others at the same place.
 */
export function shareEqual(previous: unknown, next: unknown): unknown {
  // What is shared already is most of a list that has changed a little.
  if (Object.is(previous, next)) return previous;
  const kind = kindOf(next);
  if (kind === null || kind !== kindOf(previous)) return next;
  if (kind === "Date") return Number(previous) === Number(next) ? previous : next;
  const before = previous as Record<string, unknown>;
  const after = next as Record<string, unknown>;
  const names = Object.keys(after);
  const byId = kind === "Array" ? elementsById(previous as unknown[]) : null;
  let isEqual = Object.keys(before).length === names.length;
  const shared = names.map((name): [string, unknown] => {
    const isOld = Object.hasOwn(before, name);
    const id = byId === null ? undefined : idOf(after[name]);
    const sameName = isOld ? before[name] : undefined;
    const value = shareEqual(id === undefined ? sameName : byId?.get(id), after[name]);
    isEqual &&= isOld && Object.is(value, before[name]);
    return [name, value];
  });
  if (isEqual) return previous;
  if (kind === "Array") return shared.map(([, value]) => value);
  return kind === "Object" ? Object.fromEntries(shared) : next;
}

function elementsById(list: readonly unknown[]): ReadonlyMap<unknown, unknown> | null {
  if (idOf(list[0]) === undefined) return null;
  const entries = list.map((element): [unknown, unknown] => [idOf(element), element]);
  return new Map(entries.filter(([id]) => id !== undefined));
}

const idOf = (element: unknown): unknown => (element as { _id?: unknown } | null | undefined)?._id;

/** What kind of object a value is; null for what is none, or none that is made of parts. */
function kindOf(value: unknown): string | null {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return /^(?:Object|Array|Date|Uint8Array)$/.test(name) ? name : null;
}
