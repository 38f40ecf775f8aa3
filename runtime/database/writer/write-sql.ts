import { identifier } from "../../postgres/sql/identifier.js";
import type { TableStorage } from "../storage/table-storage.js";

/** The statements that write a table: the id comes first, then the columns. */
export interface WriteSql {
  readonly insert: string;
  /** Each parameter is an array with an element for each document. */
  readonly insertMany: string;
  readonly update: string;
  readonly delete: string;
}

const known = new WeakMap<TableStorage, WriteSql>();

export function writeSqlOf(table: TableStorage): WriteSql {
  let sql = known.get(table);
  if (sql === undefined) {
    sql = writeSql(table);
    known.set(table, sql);
  }
  return sql;
}

function writeSql({ sqlName, columns }: TableStorage): WriteSql {
  const own = [...(columns.document ? [columns.document] : []), ...columns.promoted];
  const names = ['"id"', ...own.map(({ name }) => identifier(name))];
  const numbered = names.map((_, at) => `$${at + 1}`);
  const texts = numbered.map((parameter) => `${parameter}::text[]`);
  const cast = ["uuid", ...own.map(({ type }) => type)].map((type, at) => `c${at}::${type}`);
  const aliases = names.map((_, at) => `c${at}`);
  const set = names.slice(1).map((name, at) => `${name} = $${at + 2}`);
  return {
    insert: `insert into ${sqlName} (${names.join(", ")}) values (${numbered.join(", ")})`,
    insertMany: `insert into ${sqlName} (${names.join(", ")}) select ${cast.join(", ")} from unnest(${texts.join(", ")}) as u(${aliases.join(", ")})`,
    update: `update ${sqlName} set ${set.join(", ")} where "id" = $1`,
    delete: `delete from ${sqlName} where "id" = $1`,
  };
}
