import type { PoolClient } from "pg";
import type { Project } from "./schema.js";
import { type CallingContender, type Operations, transactionSql } from "./contender.js";
import type { BenchDatabase } from "./database.js";
import { plainPool } from "./plain-pool.js";

const name = "pg";

/** The same tables by hand: named statements, as the documentation of `pg` has them. */
export function pgContender({ url, model, newId }: BenchDatabase): CallingContender {
  const pool = plainPool(url, name);
  const { number } = model.table("projects").storage;
  return {
    name,
    async transaction(access, work) {
      const client = await pool.connect();
      try {
        await client.query(transactionSql(access));
        await work(operationsOn(client, () => newId(number)));
        await client.query("commit");
      } finally {
        client.release();
      }
    },
    async getCall(id) {
      const { rows } = await pool.query<Row>({ ...get, values: [id] });
      return rows[0] ?? null;
    },
    async insertCall(project) {
      const client = await pool.connect();
      try {
        const id = newId(number);
        await client.query(transactionSql("write"));
        await client.query({ ...insert, values: [id, project] });
        await client.query("commit");
        return id;
      } finally {
        client.release();
      }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

interface Row {
  readonly id: string;
  readonly doc: Project;
}

const get = { name: "get", text: "select id, doc from projects where id = $1" };

const latest = {
  name: "latest",
  text: `select id, doc from projects where ((doc->>'userId')::uuid) = $1
    order by ((doc->>'createdAt')::float8) desc nulls last, id desc limit 20`,
};

const insert = { name: "insert", text: "insert into projects (id, doc) values ($1, $2)" };

const update = { name: "update", text: "update projects set doc = $2 where id = $1" };

function operationsOn(client: PoolClient, newId: () => string): Operations {
  return {
    async get(id) {
      const { rows } = await client.query<Row>({ ...get, values: [id] });
      return rows[0] ?? null;
    },
    async latest(userId) {
      const { rows } = await client.query<Row>({ ...latest, values: [userId] });
      return rows;
    },
    async insert(project) {
      const id = newId();
      await client.query({ ...insert, values: [id, project] });
      return id;
    },
    async patch(id, fields) {
      const { rows } = await client.query<Row>({ ...get, values: [id] });
      const [row] = rows;
      if (row === undefined) throw new Error("There is no such project.");
      const doc = { ...row.doc, ...fields };
      await client.query({ ...update, values: [id, doc] });
      return { id, doc };
    },
  };
}
