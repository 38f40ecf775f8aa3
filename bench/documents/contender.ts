import type { Id } from "../../protocol/id.js";
import type { Project } from "./schema.js";

/** A way of keeping and reading documents, with connections of its own. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  /** Runs the work in one transaction on one connection: a snapshot, or serializable. */
  transaction(
    access: "read" | "write",
    work: (operations: Operations) => Promise<void>,
  ): Promise<void>;
}

/** What is measured, inside of a transaction. */
export interface Operations {
  get(id: Id<"projects">): Promise<unknown>;
  /** The twenty latest projects of a user. */
  latest(userId: Id<"users">): Promise<unknown>;
  insert(project: Project): Promise<unknown>;
  /** Reads, merges, writes, and returns the new document. */
  patch(id: Id<"projects">, fields: Partial<Project>): Promise<unknown>;
}

/** A contender that also makes whole calls, each with its connection and its transaction. */
export interface CallingContender extends Contender {
  getCall(id: Id<"projects">): Promise<unknown>;
  insertCall(project: Project): Promise<unknown>;
}

/** The same for all contenders that use `pg` or `drizzle-orm`. */
export function transactionSql(access: "read" | "write"): string {
  return access === "read"
    ? "begin isolation level repeatable read read only"
    : "begin isolation level serializable";
}

/** As Postgres knows the connections of a contender. */
export function applicationName({ name }: Pick<Contender, "name">): string {
  return `bench-${name}`;
}
