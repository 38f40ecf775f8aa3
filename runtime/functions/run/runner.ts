import { ConvoyError } from "../../../protocol/errors.js";
import { type FunctionReference, getFunctionName } from "../../../protocol/function-reference.js";
import { wireText } from "../../../protocol/wire-text.js";
import { encodeWire, type WireJson } from "../../../protocol/wire-value.js";
import type { DrizzleFactory } from "../../database/drizzle/connect.js";
import { createIdGenerator } from "../../database/ids/id-generator.js";
import type { DatabaseModel } from "../../database/model/database-model.js";
import { createReader } from "../../database/reader/create-reader.js";
import { HandlerCalls } from "../../database/session/handler-calls.js";
import type { ReadSession, WriteSession } from "../../database/session/session.js";
import { unlessUnawaited } from "../../database/session/unawaited.js";
import type { MutationId } from "../../database/transactions/ledger.js";
import { runMutation } from "../../database/transactions/mutation.js";
import type { MutationOptions } from "../../database/transactions/mutation-options.js";
import { runQuery } from "../../database/transactions/query.js";
import { createWriter } from "../../database/writer/create-writer.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { RegisteredFunction } from "../registered-function.js";
import type { FunctionCall } from "./call.js";
import { findFunction, type FunctionRegistry } from "./registry.js";
import { type RunnerLimits, usualLimits } from "./runner-limits.js";
import { withinTime } from "./time-limit.js";
import { validateArguments, validateResult } from "./validate-call.js";

export interface RunnerOptions {
  readonly pool: Pool;
  readonly model: DatabaseModel;
  readonly functions: FunctionRegistry;
  /** `null` where Drizzle is not installed. */
  readonly drizzle: DrizzleFactory | null;
  readonly limits?: Partial<RunnerLimits>;
  /** Called after each mutation that may have committed; with its id if it is known that it has. */
  readonly onMutation?: (id: MutationId | undefined) => void;
  /** Called for what an action has called and left alone, and which fails after the action's end. */
  readonly onStray?: (action: string, error: unknown) => void;
}

/** Functions that may be inside one another. */
const MAX_NESTING = 32;

/** Runs the functions of a project against its database. */
export interface FunctionRunner {
  /**
   * Runs a query on a snapshot of the caller's. Its session may learn what is read.
   *
   * @returns what `run` does, as a value in wire form.
   * @throws as `run` does.
   */
  runQueryOn(session: ReadSession, name: string, args: unknown): Promise<WireJson>;
  /**
   * Runs a function to its end.
   *
   * @returns the wire form of its result, as JSON.
   * @throws {ConvoyError} for what Convoy finds wrong, or whatever the handler throws.
   */
  run(call: FunctionCall): Promise<string>;
}

type Handler = (ctx: object, args: unknown) => unknown;

export function createRunner(options: RunnerOptions): FunctionRunner {
  const { pool, model, functions, drizzle, onMutation = () => {}, onStray = () => {} } = options;
  const limits = { ...usualLimits, ...options.limits };
  const { uniqueIndex, tableNumber } = model;
  const newId = createIdGenerator();

  return {
    async runQueryOn(session, name, args) {
      const found = findFunction(functions, name, { kind: "query", internal: false });
      const checked = validateArguments(name, found, args, tableNumber);
      return await queryWork(name, found, checked, encodeWire)(session);
    },
    async run({ kind, name, args, internal = false, mutationId }) {
      const found = findFunction(functions, name, { kind, internal });
      const checked = validateArguments(name, found, args, tableNumber);
      switch (kind) {
        case "query":
          return await runQuery(pool, queryWork(name, found, checked, wireText), {
            hint: name,
            uniqueIndex,
          });
        case "mutation":
          return await mutate(mutationWork(name, found, checked, wireText), {
            hint: name,
            uniqueIndex,
            codec: { encode: (json: string) => json, decode: (json) => json },
            ...(mutationId && { id: mutationId }),
          });
        case "action":
          return wireText(await runAction(name, found, checked, 0));
      }
    },
  };

  /** A transaction, of which those who wait for changes are told. */
  async function mutate<Result>(
    work: (session: WriteSession) => Promise<Result>,
    mutationOptions: MutationOptions<Result>,
  ): Promise<Result> {
    try {
      const result = await runMutation(pool, work, mutationOptions);
      onMutation(mutationOptions.id);
      return result;
    } catch (error) {
      // It may have committed all the same, and the answer been lost.
      onMutation(undefined);
      throw error;
    }
  }

  /** A query's handler in a snapshot, ended in time, its result checked. */
  function queryWork<Result>(
    name: string,
    found: RegisteredFunction,
    args: unknown,
    finish: (value: unknown) => Result,
  ): (session: ReadSession) => Promise<Result> {
    return async (session) => {
      const ending = handle(name, found, queryContext(session, 0), args);
      return finish(await withinTime(ending, name, limits.transactionMs));
    };
  }

  function mutationWork<Result>(
    name: string,
    found: RegisteredFunction,
    args: unknown,
    finish: (value: unknown) => Result,
  ): (session: WriteSession) => Promise<Result> {
    return async (session) => {
      const ending = mutateOn(session, name, found, args, 0);
      return finish(await withinTime(ending, name, limits.transactionMs));
    };
  }

  /** A mutation's handler, in a transaction or a part of one, with all that it has begun. */
  async function mutateOn(
    session: WriteSession,
    name: string,
    found: RegisteredFunction,
    args: unknown,
    depth: number,
  ): Promise<unknown> {
    const calls = new HandlerCalls();
    const ctx = mutationContext(calls.over(session), calls, depth);
    const value = await handle(name, found, ctx, args);
    await calls.end();
    return value;
  }

  async function runAction(
    name: string,
    found: RegisteredFunction,
    args: unknown,
    depth: number,
  ): Promise<unknown> {
    const calls = new HandlerCalls((error) => onStray(name, error));
    const ending = (async () => {
      const value = await handle(name, found, actionContext(calls, depth), args);
      await calls.end();
      return value;
    })();
    try {
      return await withinTime(ending, name, limits.actionMs);
    } finally {
      calls.leave();
    }
  }

  /** The context of a query, and of each query inside it: one snapshot for all. */
  function queryContext(session: ReadSession, depth: number): object {
    const typedSql = drizzleOn(session);
    return withDrizzle({
      get drizzle() {
        return typedSql();
      },
      db: createReader(session, model),
      runQuery: (reference: FunctionReference, args: unknown) =>
        unlessUnawaited(
          nested(reference, "query", args, depth, (found, name, checked) =>
            handle(name, found, queryContext(session, depth + 1), checked),
          ),
        ),
    });
  }

  /** The context of a mutation, and of what runs inside it: one transaction for all. */
  function mutationContext(session: WriteSession, { track }: HandlerCalls, depth: number): object {
    const typedSql = drizzleOn(session);
    return withDrizzle({
      get drizzle() {
        return typedSql();
      },
      db: createWriter(session, model, newId, track),
      runQuery: (reference: FunctionReference, args: unknown) =>
        track(
          nested(reference, "query", args, depth, (found, name, checked) =>
            handle(name, found, queryContext(session, depth + 1), checked),
          ),
        ),
      runMutation: (reference: FunctionReference, args: unknown) =>
        track(
          nested(reference, "mutation", args, depth, (found, name, checked) =>
            // Should it fail, what it wrote is undone, and its caller may go on.
            session.nested((inner) => mutateOn(inner, name, found, checked, depth + 1)),
          ),
        ),
    });
  }

  /** The context of an action: each query and mutation is a transaction of its own. */
  function actionContext({ track }: HandlerCalls, depth: number): object {
    const self = <Value>(value: Value) => value;
    return {
      runQuery: (reference: FunctionReference, args: unknown) =>
        track(
          nested(reference, "query", args, depth, (found, name, checked) =>
            runQuery(pool, queryWork(name, found, checked, self), { hint: name, uniqueIndex }),
          ),
        ),
      runMutation: (reference: FunctionReference, args: unknown) =>
        track(
          nested(reference, "mutation", args, depth, (found, name, checked) =>
            mutate(mutationWork(name, found, checked, self), {
              hint: name,
              uniqueIndex,
              codec: neverStored,
            }),
          ),
        ),
      runAction: (reference: FunctionReference, args: unknown) =>
        track(
          nested(reference, "action", args, depth, (found, name, checked) =>
            runAction(name, found, checked, depth + 1),
          ),
        ),
    };
  }

  /** Finds and checks a function that another one calls. */
  async function nested(
    reference: FunctionReference,
    kind: FunctionCall["kind"],
    args: unknown,
    depth: number,
    run: (found: RegisteredFunction, name: string, checked: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const name = getFunctionName(reference);
    if (depth >= MAX_NESTING) {
      throw new ConvoyError(
        "call-too-deep",
        `"${name}" was called inside ${MAX_NESTING} other functions. Functions that call themselves need an end.`,
      );
    }
    const found = findFunction(functions, name, { kind, internal: true });
    return await run(found, name, validateArguments(name, found, args, tableNumber));
  }

  async function handle(
    name: string,
    found: RegisteredFunction,
    ctx: object,
    args: unknown,
  ): Promise<unknown> {
    const value = await (found.handler as Handler)(Object.freeze(ctx), args);
    // What a caller on the other side of the wire gets, callers on this side get too.
    return validateResult(name, found, value, tableNumber) ?? null;
  }

  /** Makes `ctx.drizzle` when it is used: most functions do not. */
  function drizzleOn(session: ReadSession): () => object {
    let made: object | null = null;
    return () => {
      if (drizzle === null) {
        throw new ConvoyError(
          "drizzle-not-installed",
          "ctx.drizzle needs the package drizzle-orm. Install it, and run `convoy codegen`.",
        );
      }
      made ??= drizzle(session);
      return made;
    };
  }

  /**
   * People make contexts of their own, `{ ...ctx, user }`, which reads what is enumerable. Where it would
   * throw, it is not; to define it in that way each time would cost a call more than all else here.
   */
  function withDrizzle<Ctx extends { readonly drizzle: object }>(ctx: Ctx): object {
    return drizzle === null ? Object.defineProperty(ctx, "drizzle", { enumerable: false }) : ctx;
  }
}

/** The results of mutations without an id are not stored. */
const neverStored = {
  encode(): never {
    throw new TypeError("A mutation without an id has no row in the ledger.");
  },
  decode(): never {
    throw new TypeError("A mutation without an id has no row in the ledger.");
  },
};
