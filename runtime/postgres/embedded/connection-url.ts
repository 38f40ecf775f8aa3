import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { ConvoyError } from "../../../protocol/errors.js";

const variable = "DATABASE_URL";
/** The first that names a database counts. */
const files = [".env.local", ".env"];

export interface ConnectionUrlOptions {
  /** The environment of the process, which goes before any file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the project. */
  readonly root: string;
}

/**
 * The database that a project names by `DATABASE_URL`. `null` where it names none, and the embedded
 * server is to be used. An empty value names none.
 */
export async function connectionUrl({ env, root }: ConnectionUrlOptions): Promise<string | null> {
  if (env[variable]) return withHost(env[variable]);
  for (const file of files) {
    const values = parseEnv(await readIfThere(path.join(root, file)));
    if (values[variable]) return withHost(values[variable]);
  }
  return null;
}

/** As libpq reads `user@/name?host=/var/run/postgresql`, which is no URL to others. The query counts. */
function withHost(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=\/)/, "$1localhost");
}

/**
 * What is no URL, `pg` would take for the name of a database of this machine.
 *
 * @throws {ConvoyError} `database-url-invalid`, without the password that may be in it.
 */
export function checkDatabaseUrl(url: string): void {
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return;
  throw new ConvoyError(
    "database-url-invalid",
    "DATABASE_URL is not the URL of a Postgres database. Write it as postgresql://user:password@host:5432/name, with %-codes for special characters in the password.",
  );
}

async function readIfThere(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    // The mark that some editors put at the start would be part of the first name.
    return text.replace(/^\ufeff/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
