import type { ManifestField } from "../../../compiler/model/manifest.js";
import type { NamedTypes } from "../../../compiler/model/type-fact.js";
import { checkDocument, type Misfit } from "../plan/documents/check-document.js";
import { documentCheck, SAMPLE_SIZE } from "../plan/documents/document-check.js";
import {
  acceptsAbsence,
  type DocumentTypes,
  documentTypes,
} from "../plan/documents/document-types.js";
import type { Problem } from "../plan/problem.js";
import type { CheckDocumentsStep } from "../plan/step.js";
import type { SyncSession } from "./session.js";

/** Documents read at a time where SQL cannot check them: 1 MiB each at most. */
const BATCH = 200;

interface Sample {
  readonly id: string;
  /** `null` where there is nothing at all. */
  readonly json: string | null;
}

/** Compares the documents of a table with their types, and tells which do not fit. */
export async function findMisfits(
  { client, schema }: SyncSession,
  step: CheckDocumentsStep,
  named: NamedTypes,
): Promise<readonly Problem[]> {
  const { table, columns, fields, knownFields } = step;
  const types = documentTypes(named, new Map(Object.entries(step.tableNumbers)));
  const check = documentCheck({ schema, table, columns, fields, knownFields, types });
  const problems: Problem[] = [];
  if (check.count !== null) {
    const { rows } = await client.query<Record<string, number>>(check.count);
    for (const [at, condition] of check.conditions.entries()) {
      const count = rows[0]?.[`c${at}`] ?? 0;
      if (count === 0) continue;
      const samples = (await client.query<Sample>(check.sample(condition))).rows;
      problems.push(
        condition.field === null
          ? unknownField(table, samples, count, knownFields ?? [])
          : misfit(table, condition.field, samples, count, types),
      );
    }
  }
  if (check.streamed.length > 0) problems.push(...(await stream(check.streamed, check.stream)));
  return problems;

  async function stream(
    streamed: readonly ManifestField[],
    query: string,
  ): Promise<readonly Problem[]> {
    const found = streamed.map((field) => ({ field, count: 0, samples: [] as Sample[] }));
    for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
      const { rows } = await client.query<{
        readonly id: string;
        readonly json: readonly (string | null)[];
      }>(query, [after, BATCH]);
      for (const { id, json } of rows) {
        for (const [at, result] of found.entries()) {
          const value = json[at] ?? null;
          if (misfitOf(result.field, value, types) === null) continue;
          result.count += 1;
          if (result.samples.length < SAMPLE_SIZE) result.samples.push({ id, json: value });
        }
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    return found
      .filter(({ count }) => count > 0)
      .map(({ field, count, samples }) => misfit(table, field, samples, count, types));
  }
}

function misfitOf(field: ManifestField, json: string | null, types: DocumentTypes): Misfit | null {
  if (json === null) return field.optional || acceptsAbsence(field.type, types.named) ? null : [];
  return checkDocument(field.type, JSON.parse(json), types);
}

function misfit(
  table: string,
  field: ManifestField,
  samples: readonly Sample[],
  count: number,
  types: DocumentTypes,
): Problem {
  const [first] = samples;
  const place = first === undefined ? [] : (misfitOf(field, first.json, types) ?? []);
  const path = pathOf([field.name, ...place]);
  const words = wordsFor(count);
  const what =
    first?.json === null ? `${words.lack} the field "${path}"` : `${words.doNotFit} at "${path}"`;
  const otherwise = `let the type of the field accept ${words.them}`;
  return problem(table, path, count, samples, what, otherwise);
}

function unknownField(
  table: string,
  samples: readonly Sample[],
  count: number,
  known: readonly string[],
): Problem {
  const words = wordsFor(count);
  const json: unknown = JSON.parse(samples[0]?.json ?? "null");
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    const otherwise = `delete ${words.them}`;
    return problem(table, "doc", count, samples, words.areNoObjects, otherwise);
  }
  const name = Object.keys(json).find((key) => !known.includes(key)) ?? "?";
  const what = `${words.have} fields that the schema has not, such as "${name}"`;
  return problem(table, name, count, samples, what, "keep them in the schema as optional");
}

interface Words {
  readonly doNotFit: string;
  readonly lack: string;
  readonly have: string;
  readonly areNoObjects: string;
  readonly these: string;
  readonly them: string;
}

const ofOne: Words = {
  doNotFit: "does not fit",
  lack: "lacks",
  have: "has",
  areNoObjects: "is no object",
  these: "this document",
  them: "it",
};
const ofSeveral: Words = {
  doNotFit: "do not fit",
  lack: "lack",
  have: "have",
  areNoObjects: "are no objects",
  these: "these documents",
  them: "them",
};

function wordsFor(count: number): Words {
  return count === 1 ? ofOne : ofSeveral;
}

function problem(
  table: string,
  path: string,
  count: number,
  samples: readonly Sample[],
  what: string,
  otherwise: string,
): Problem {
  const ids = samples.map(({ id }) => id);
  const documents = count === 1 ? "1 document" : `${count} documents`;
  const some = count > ids.length ? `, the first being ${ids.join(", ")}` : ` (${ids.join(", ")})`;
  return {
    code: "documents-do-not-fit",
    table,
    message: `Table "${table}": ${documents} ${what}${some}. Change ${wordsFor(count).these}, or ${otherwise}.`,
    documents: { path, count, ids },
  };
}

function pathOf(path: Misfit): string {
  const [first = "", ...others] = path;
  return `${first}${others.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("")}`;
}
