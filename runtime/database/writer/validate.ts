import { z } from "zod";
import { ConvoyError } from "../../../protocol/errors.js";
import { describeIssues } from "../../schema/describe-issues.js";
import type { ModelTable } from "../model/database-model.js";

/**
 * What the table's validator makes of a document.
 *
 * @throws {ConvoyError} `invalid-document`, with the fields and what is wrong with them.
 */
export function validate(
  { storage, validator }: ModelTable,
  document: unknown,
): Readonly<Record<string, unknown>> {
  const result = parse(storage.name, validator, document);
  if (result.success) return result.data;
  throw new ConvoyError(
    "invalid-document",
    `The document does not fit table "${storage.name}": ${describeIssues(result.error)}.`,
    { status: 400 },
  );
}

function parse(table: string, validator: ModelTable["validator"], document: unknown) {
  try {
    return z.core.safeParse(validator, document);
  } catch (cause) {
    if (!(cause instanceof z.core.$ZodAsyncError)) throw cause;
    throw new ConvoyError(
      "async-validator",
      `The validator of table "${table}" is asynchronous, and a transaction does not wait for it. Check such things in the mutation.`,
      { cause },
    );
  }
}
