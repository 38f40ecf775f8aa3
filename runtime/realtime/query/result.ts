import { createHash } from "node:crypto";
import type { ProblemBody } from "../../../protocol/http.js";
import type { WireJson } from "../../../protocol/wire-value.js";

/** What a live query came to. Nothing changes it, so that all who were sent it can share it. */
export type Result = ValueResult | ErrorResult;

export interface ErrorResult {
  readonly kind: "error";
  readonly problem: ProblemBody;
}

/** A value in wire form, kept as JSON. */
export class ValueResult {
  readonly kind = "value";
  /** Equal for equal results, on every server. */
  readonly hash: string;
  readonly #json: string | null;
  /** A list of documents is kept in parts, which a difference is made of. */
  readonly elements: readonly Element[] | null;

  constructor(value: WireJson) {
    const hash = createHash("sha256");
    this.elements = elementsOf(value);
    if (this.elements === null) {
      this.#json = JSON.stringify(value);
      hash.update(this.#json);
    } else {
      this.#json = null;
      // The commas keep the parts apart: the same bytes as those of the list's JSON.
      hash.update("[");
      for (const [at, { json }] of this.elements.entries()) {
        hash.update(at === 0 ? json : `,${json}`);
      }
      hash.update("]");
    }
    this.hash = hash.digest("base64url").slice(0, 22);
  }

  get json(): string {
    return this.#json ?? `[${(this.elements ?? []).map(({ json }) => json).join(",")}]`;
  }
}

export interface Element {
  readonly id: string;
  readonly json: string;
}

export function sameResult(a: Result | null, b: Result): boolean {
  if (a === null || a.kind !== b.kind) return false;
  if (a.kind === "value") return a.hash === (b as ValueResult).hash;
  const other = (b as ErrorResult).problem;
  const { code, detail, data } = a.problem;
  // The id under which the log has it is another each time; what it says without that is not.
  return (
    code === other.code &&
    withoutId(detail, a.problem.errorId) === withoutId(other.detail, other.errorId) &&
    JSON.stringify(data) === JSON.stringify(other.data)
  );
}

function withoutId(detail: string, errorId: string | undefined): string {
  return errorId === undefined ? detail : detail.replaceAll(errorId, "");
}

/** The parts of a list of documents, each with an id of its own; `null` for anything else. */
function elementsOf(value: WireJson): Element[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const elements: Element[] = [];
  const ids = new Set<string>();
  for (const element of value as readonly WireJson[]) {
    if (typeof element !== "object" || element === null || !Object.hasOwn(element, "_id")) {
      return null;
    }
    const id = (element as { readonly _id: WireJson })._id;
    if (typeof id !== "string" || ids.has(id)) return null;
    ids.add(id);
    elements.push({ id, json: JSON.stringify(element) });
  }
  return elements;
}
