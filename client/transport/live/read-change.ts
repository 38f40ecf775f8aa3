import type { ConvoyError } from "../../../protocol/errors.js";
import type { ListDelta, QueryChange } from "../../../protocol/sync.js";
import { decodeWire } from "../../../protocol/wire-value.js";
import type { KnownResult } from "../../store/query-source.js";
import { shareEqual } from "../../store/share-equal.js";
import { readProblem } from "../read-answer.js";
import { messageInvalid } from "./message-invalid.js";

/** The result of a query as the server has it: the value is that of before where there is an error. */
export interface LiveResult extends KnownResult {
  readonly error: ConvoyError | undefined;
}

/** What a change makes of a result. @throws for what is no change of it. */
export function readChange(
  { value, delta, error, hash }: QueryChange,
  known: KnownResult,
): LiveResult {
  if (error !== undefined) {
    const problem = readProblem(error);
    if (problem === null) throw messageInvalid();
    return { value: known.value, hash: known.hash, error: problem };
  }
  if (delta !== undefined) {
    return { value: applyDelta(known.value, delta), hash, error: undefined };
  }
  if (value !== undefined) {
    return { value: shareEqual(known.value, decodeWire(value)), hash, error: undefined };
  }
  if (hash === undefined || hash !== known.hash) throw messageInvalid();
  return { value: known.value, hash, error: undefined };
}

/** @throws where the list has not what the delta takes from it. */
function applyDelta(list: unknown, delta: ListDelta): unknown {
  if (!Array.isArray(list)) throw messageInvalid();
  const next = delta.flatMap((part) => {
    if (!Array.isArray(part)) return [decodeWire(part)];
    const [start, count] = part as [number, number];
    const kept: unknown[] = list.slice(start, start + count);
    if (!(start >= 0 && kept.length === count)) throw messageInvalid();
    return kept;
  });
  return shareEqual(list, next);
}
