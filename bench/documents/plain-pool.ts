import { Pool } from "pg";
import { applicationName } from "./contender.js";

/** A pool as anyone has it, under the name of a contender. */
export function plainPool(url: string, contender: string): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName({ name: contender }),
    max: 10,
  });
  // The server stops while the last connections are being closed.
  pool.on("error", () => {});
  return pool;
}
