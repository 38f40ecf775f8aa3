import type { PhysicalColumn } from "../../postgres/schema/physical-schema.js";
import type { Position, PropertyPosition } from "./position.js";

/** Where a field is kept, and what it may hold. */
export interface FieldPlace {
  readonly path: string;
  readonly position: Position;
  /** Whether the field may be missing. */
  readonly optional: boolean;
  /** The column of the field's first name, or `null` where that is a property of `doc`. */
  readonly column: PhysicalColumn | null;
}

/** Where the field at a dotted path is kept, or `null` where the schema has none. */
export function placeOfField(
  path: string,
  properties: readonly PropertyPosition[],
  columns: readonly PhysicalColumn[],
): FieldPlace | null {
  const [root, ...below] = path.split(".");
  const first = properties.find((property) => property.name === root);
  if (first === undefined) return null;
  let { position, optional } = first;
  for (const name of below) {
    const inner: Position | null =
      position.object?.property(name)?.position ?? position.object?.others ?? null;
    if (inner === null) return null;
    optional ||= position.object?.property(name)?.optional ?? true;
    // Of what is no object, a path below it reads nothing.
    optional ||= position.null || position.classes.size > 0 || position.array !== null;
    position = inner;
  }
  const column = columns.find((candidate) => candidate.name === root) ?? null;
  return { path, position, optional, column };
}
