import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier } from "pg";
import { expect, test } from "vitest";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import {
  createDatabaseFromTemplate,
  createTemplate,
} from "../../../runtime/postgres/embedded/template-database.js";
import { serverUrl, testDatabase } from "../../support/postgres.js";

test("a template is filled once, whoever asks for it at the same time", async () => {
  await using template = await templateName();
  let calls = 0;
  const setup = async (url: string): Promise<void> => {
    calls += 1;
    await fill(url);
  };
  const { url, name } = template;
  await Promise.all([1, 2, 3].map(() => createTemplate(url, name, setup)));
  expect(calls).toBe(1);
});

test("each copy has what the template has, and its own changes only", async () => {
  await using template = await templateName();
  await createTemplate(template.url, template.name, fill);
  await using first = await createDatabaseFromTemplate(template.url, template.name);
  await using second = await createDatabaseFromTemplate(template.url, template.name);
  await withClient(first.url, (client) => client.query("insert into notes values ('mine')"));
  expect(await notesIn(first.url)).toEqual(["seed", "mine"]);
  expect(await notesIn(second.url)).toEqual(["seed"]);
});

test("a copy is dropped at the end of its scope", async () => {
  let name: string;
  {
    await using database = await testDatabase();
    name = database.name;
    expect(await exists(name)).toBe(true);
  }
  expect(await exists(name)).toBe(false);
});

test("a setup that fails leaves nothing, and is tried again", async () => {
  await using template = await templateName();
  await expect(
    createTemplate(template.url, template.name, () => Promise.reject(new Error("not today"))),
  ).rejects.toThrow("not today");
  expect(await exists(template.name)).toBe(false);
  await createTemplate(template.url, template.name, fill);
  await using copy = await createDatabaseFromTemplate(template.url, template.name);
  expect(await notesIn(copy.url)).toEqual(["seed"]);
});

test("a connection that was not closed is reported, and the database dropped all the same", async () => {
  const database = await testDatabase();
  const client = new Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  await expect(database[Symbol.asyncDispose]()).rejects.toMatchObject({
    code: "postgres-connection-leaked",
  });
  await client.end().catch(() => {});
  expect(await exists(database.name)).toBe(false);
});

async function templateName(): Promise<
  AsyncDisposable & { readonly url: string; readonly name: string }
> {
  const url = await serverUrl();
  const name = `copy_${Date.now().toString(36)}_template "${randomBytes(4).toString("hex")}"`;
  return {
    url,
    name,
    async [Symbol.asyncDispose]() {
      await withClient(url, async (client) => {
        for (const database of [name, `${name.slice(0, 50)}_unfinished`]) {
          await client.query(`drop database if exists ${escapeIdentifier(database)} with (force)`);
        }
      });
    },
  };
}

async function fill(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("create table notes (text text not null)");
    await client.query("insert into notes values ('seed')");
  });
}

async function notesIn(url: string): Promise<string[]> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ text: string }>("select text from notes");
    return rows.map(({ text }) => text);
  });
}

async function exists(name: string): Promise<boolean> {
  return await withClient(await serverUrl(), async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    return rowCount === 1;
  });
}
