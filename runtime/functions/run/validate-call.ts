import { z } from "zod";
import { ConvoyError, type ConvoyErrorOptions } from "../../../protocol/errors.js";
import { describeIssues } from "../../schema/describe-issues.js";
import { type TableNumberLookup, withTableNumbers } from "../../schema/id-check.js";
import type { RegisteredFunction } from "../registered-function.js";

/**
 * The arguments as the handler sees them, after defaults.
 *
 * @throws {ConvoyError} `invalid-arguments`, with their names and what is wrong with them.
 */
export function validateArguments(
  name: string,
  { args: validator }: RegisteredFunction,
  args: unknown,
  tableNumber: TableNumberLookup,
): unknown {
  const result = parse(name, validator, args ?? {}, tableNumber);
  if (result.success) return result.data;
  throw problem("invalid-arguments", `The arguments of "${name}" are wrong`, result.error, {
    status: 400,
  });
}

/**
 * What the function returns, as its `returns` makes it.
 *
 * @throws {ConvoyError} `invalid-result`: the function broke its own promise.
 */
export function validateResult(
  name: string,
  { returns }: RegisteredFunction,
  value: unknown,
  tableNumber: TableNumberLookup,
): unknown {
  if (returns === null) return value;
  const result = parse(name, returns, value, tableNumber);
  if (result.success) return result.data;
  throw problem("invalid-result", `"${name}" returned what its \`returns\` refuses`, result.error);
}

function parse(
  name: string,
  validator: z.core.$ZodType,
  value: unknown,
  tableNumber: TableNumberLookup,
) {
  try {
    return withTableNumbers(tableNumber, () => z.core.safeParse(validator, value));
  } catch (cause) {
    if (!(cause instanceof z.core.$ZodAsyncError)) throw cause;
    throw new ConvoyError(
      "async-validator",
      `A validator of "${name}" is asynchronous. Check such things in the handler.`,
      { cause },
    );
  }
}

function problem(
  code: string,
  what: string,
  error: z.core.$ZodError,
  options?: ConvoyErrorOptions,
): ConvoyError {
  return new ConvoyError(code, `${what}: ${describeIssues(error)}.`, options);
}
