/**
 * `next`, with every part that equals its counterpart in `previous` replaced by that: what did not
 * change keeps its identity, all of a result or one element of a list.
 */
export function shareEqual(previous: unknown, next: unknown): unknown {
  const kind = kindOf(next);
  if (kind === null || kind !== kindOf(previous)) return next;
  if (kind === "Date") return Number(previous) === Number(next) ? previous : next;
  const before = previous as Record<string, unknown>;
  const after = next as Record<string, unknown>;
  const names = Object.keys(after);
  let isEqual = Object.keys(before).length === names.length;
  const shared = names.map((name): [string, unknown] => {
    const isOld = Object.hasOwn(before, name);
    const value = isOld ? shareEqual(before[name], after[name]) : after[name];
    isEqual &&= isOld && Object.is(value, before[name]);
    return [name, value];
  });
  if (isEqual) return previous;
  if (kind === "Array") return shared.map(([, value]) => value);
  return kind === "Object" ? Object.fromEntries(shared) : next;
}

/** What kind of object a value is; null for what is none, or none that is made of parts. */
function kindOf(value: unknown): string | null {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return /^(?:Object|Array|Date|Uint8Array)$/.test(name) ? name : null;
}
