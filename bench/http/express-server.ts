/** The endpoints as a person writes them who knows what is fast: Express, zod, `pg` with named statements. */
import type { AddressInfo } from "node:net";
import express from "express";
import { Pool } from "pg";
import { z } from "zod";
import { announce } from "./server-process.js";

const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });

interface Row {
  readonly id: string;
  readonly doc: object;
}

const get = { name: "get", text: "select id, doc from projects where id = $1" };
const latest = {
  name: "latest",
  text: `select id, doc from projects where ((doc->>'userId')::uuid) = $1
    order by ((doc->>'createdAt')::float8) desc nulls last, id desc limit 20`,
};
const insert = { name: "insert", text: "insert into projects (doc) values ($1) returning id" };

const getArgs = z.strictObject({ id: z.uuid() });
const latestArgs = z.strictObject({ userId: z.uuid() });
const insertArgs = z.strictObject({
  userId: z.uuid(),
  name: z.string(),
  status: z.enum(["planning", "active", "done"]),
  description: z.string().optional(),
  priority: z.number(),
  isArchived: z.boolean(),
  tags: z.array(z.string()),
  createdAt: z.number(),
});

const app = express();
app.use(express.json());
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 catches what they reject with
app.post("/get", async (request, response) => {
  const { id } = getArgs.parse(request.body);
  const { rows } = await pool.query<Row>({ ...get, values: [id] });
  response.json({ value: rows[0] === undefined ? null : documentOf(rows[0]) });
});
app.post("/latest", async (request, response) => {
  const { userId } = latestArgs.parse(request.body);
  const { rows } = await pool.query<Row>({ ...latest, values: [userId] });
  response.json({ value: rows.map(documentOf) });
});
app.post("/insert", async (request, response) => {
  const project = insertArgs.parse(request.body);
  const { rows } = await pool.query<Row>({ ...insert, values: [project] });
  response.json({ value: rows[0]?.id });
});

const server = app.listen(0, "127.0.0.1", () => {
  announce((server.address() as AddressInfo).port);
});
// As Convoy's: a connection waits while the others have their turns.
server.keepAliveTimeout = 65_000;

function documentOf({ id, doc }: Row): object {
  return { _id: id, _creationTime: Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), ...doc };
}
