import type { PoolClient } from "pg";
import { type Contender, type Operations, transactionSql } from "./contender.js";
import type { BenchDatabase } from "./database.js";
import { plainPool } from "./plain-pool.js";

const name = "columns";

/** A plain table of columns, by hand with `pg` and named statements. */
export function relationalContender({ url, model, newId }: BenchDatabase): Contender {
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
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

const get = { name: "get", text: "select * from relational_projects where id = $1" };

const latest = {
  name: "latest",
  text: `select * from relational_projects where "userId" = $1
    order by "createdAt" desc, id desc limit 20`,
};

const insert = {
  name: "insert",
  text: `insert into relational_projects
    (id, "userId", name, status, description, priority, "isArchived", tags, "createdAt")
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

/** What the fields of the benchmark's patch come to. */
const update = {
  name: "update",
  text: "update relational_projects set status = $2, priority = $3 where id = $1 returning *",
};

function operationsOn(client: PoolClient, newId: () => string): Operations {
  return {
    async get(id) {
      const { rows } = await client.query({ ...get, values: [id] });
      return rows[0] ?? null;
    },
    async latest(userId) {
      const { rows } = await client.query({ ...latest, values: [userId] });
      return rows;
    },
    async insert(project) {
      const id = newId();
      const { userId, name, status, description, priority, isArchived, tags, createdAt } = project;
      const values = [id, userId, name, status, description, priority, isArchived, tags, createdAt];
      await client.query({ ...insert, values });
      return id;
    },
    async patch(id, { status, priority }) {
      const { rows } = await client.query({ ...update, values: [id, status, priority] });
      return rows[0];
    },
  };
}
