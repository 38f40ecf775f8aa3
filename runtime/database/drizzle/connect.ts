import type { CustomTypesConfig, QueryResult } from "pg";
import { ConvoyError } from "../../../protocol/errors.js";
import type { ReadSession } from "../session/session.js";

/**
 * Drizzle on a session: what `ctx.drizzle` is. In a query it reads the snapshot, and Postgres refuses
 * what would write; in a mutation it takes part in the transaction.
 */
export type DrizzleFactory = (session: ReadSession) => object;

/** As Drizzle calls `client.query` of `pg`. */
interface DrizzleQuery {
  readonly text: string;
  readonly rowMode?: "array";
  readonly types?: CustomTypesConfig;
}

/** Loads Drizzle, once, before the first call; `null` where the project has not installed it. */
export async function loadDrizzle(): Promise<DrizzleFactory | null> {
  let module: typeof import("drizzle-orm/node-postgres");
  try {
    module = await import("drizzle-orm/node-postgres");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
  return (session) => {
    const database = module.drizzle({ client: clientOn(session) as never });
    tellErrorsAsConvoyDoes(database._.session);
    return database;
  };
}

/** All that Drizzle needs of a client. Its names for prepared statements are left out: none is kept. */
function clientOn(session: ReadSession): object {
  return {
    async query(
      { text, rowMode, types }: DrizzleQuery,
      parameters: readonly unknown[] = [],
    ): Promise<QueryResult<Record<string, unknown>>> {
      const result = await session.runRaw(text, parameters, {
        ...(rowMode !== undefined && { rowMode }),
        ...(types !== undefined && { types }),
      });
      return { ...result, rowCount: result.count, oid: 0 } as unknown as QueryResult<
        Record<string, unknown>
      >;
    },
  };
}

interface Prepared {
  execute(values?: Record<string, unknown>): Promise<unknown>;
}

/** Drizzle puts the SQL and its parameters into the message of an error of its own. */
function tellErrorsAsConvoyDoes(session: object): void {
  const prepares = session as { prepareQuery(...args: unknown[]): Prepared };
  const prepareQuery = prepares.prepareQuery.bind(session);
  prepares.prepareQuery = (...args) => {
    const prepared = prepareQuery(...args);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        const { cause } = error as Error;
        throw cause instanceof ConvoyError ? cause : error;
      }
    };
    return prepared;
  };
}
