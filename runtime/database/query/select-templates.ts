import type { KeyRange, QueryState, Scan, ScanShape } from "./query-state.js";
import { type BoundSql, segmentsOf, selectSql } from "./select-sql.js";
import type { KeyValues } from "./segments.js";

/** The text of a statement, with the place of each parameter among the values of a scan. */
interface SelectTemplate {
  readonly text: string;
  readonly places: readonly number[];
}

/** Patterns of one shape that are kept. Code has a few: which values are NULL makes more. */
const MAX_PATTERNS = 256;

const known = new WeakMap<ScanShape, Map<string, readonly SelectTemplate[]>>();

/**
 * The statements that read a range of a scan, one after the other. Their texts depend on which of
 * the values are there, NULL or equal to one another, and on no value itself, so they are made once.
 */
export function selectsOf(
  state: QueryState,
  scan: Scan,
  range: KeyRange,
  limited: boolean,
): readonly BoundSql[] {
  // What filters compare with is part of their text.
  if (!scan.shape.followsIndex || state.filters.length > 0) {
    return makeSelects(state, scan, range, limited);
  }
  let templates = known.get(scan.shape);
  if (templates === undefined) known.set(scan.shape, (templates = new Map()));
  const pattern = patternOf(state, scan, range, limited);
  let found = templates.get(pattern);
  if (found === undefined) {
    found = makeTemplates(state, scan, range, limited);
    if (templates.size < MAX_PATTERNS) templates.set(pattern, found);
  }
  const values = valuesOf(scan, range);
  return found.map(({ text, places }) => ({
    text,
    parameters: places.map((place) => values[place] ?? null),
  }));
}

function makeSelects(
  state: QueryState,
  scan: Scan,
  range: KeyRange,
  limited: boolean,
): readonly BoundSql[] {
  const segments = segmentsOf(state, scan, range);
  return segments.map((segment) => selectSql(state, scan, segment, limited));
}

function valuesOf({ fixedValues }: Scan, { lower, upper }: KeyRange): KeyValues {
  if (lower === null && upper === null) return fixedValues;
  return [...fixedValues, ...(lower?.values ?? []), ...(upper?.values ?? [])];
}

/** All that the texts of a shape depend on: no two patterns have the same letters. */
function patternOf(
  { direction }: QueryState,
  { fixedValues }: Scan,
  { lower, upper }: KeyRange,
  limited: boolean,
): string {
  let pattern = limited ? `${direction} limit ` : `${direction} `;
  for (const value of fixedValues) pattern += value === null ? "n" : "v";
  if (lower !== null) {
    pattern += lower.inclusive ? ">=" : ">";
    for (const value of lower.values) pattern += value === null ? "n" : "v";
  }
  if (upper !== null) {
    pattern += upper.inclusive ? "<=" : "<";
    for (const [at, value] of upper.values.entries()) {
      // As in the lower bound, another value, or none.
      pattern += value === null ? "n" : value === lower?.values[at] ? "l" : "v";
    }
  }
  return pattern;
}

/** Makes the statements with the places of the values in place of the values. */
function makeTemplates(
  state: QueryState,
  scan: Scan,
  { lower, upper }: KeyRange,
  limited: boolean,
): readonly SelectTemplate[] {
  let places = 0;
  const placesOf = (values: KeyValues): (string | null)[] =>
    values.map((value) => {
      const place = String(places++);
      return value === null ? null : place;
    });
  const fixedValues = placesOf(scan.fixedValues);
  const lowerValues = placesOf(lower?.values ?? []);
  // Values with which both bounds begin stay equal.
  const upperValues = placesOf(upper?.values ?? []).map((place, at) =>
    upper?.values[at] === lower?.values[at] ? (lowerValues[at] ?? null) : place,
  );
  const range = {
    lower: lower && { ...lower, values: lowerValues },
    upper: upper && { ...upper, values: upperValues },
  };
  return makeSelects(state, { ...scan, fixedValues }, range, limited).map(
    ({ text, parameters }) => ({ text, places: parameters.map(Number) }),
  );
}
