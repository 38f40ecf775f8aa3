import path from "node:path";
import { expect, test } from "vitest";
import { api } from "../../fixtures/quickstart/convoy/_generated/api.js";
import { createApi, type FunctionReference, type Id } from "../../client/index.js";
import { type ProjectModule, testProject } from "../../runtime/testing/index.js";
import { serverUrl } from "../support/postgres.js";

const fixtures = path.join(import.meta.dirname, "../../fixtures");

async function open(fixture: "quickstart" | "tracker") {
  const root = path.join(fixtures, fixture);
  // By a path that the type checker does not follow: a fixture is checked with options of its own.
  const project = (await import(`${root}/convoy/_generated/functions.ts`)) as ProjectModule;
  return await testProject(project, { root, serverUrl: await serverUrl() });
}

test("each test has the project's functions on an empty database of its own", async () => {
  await using first = await open("quickstart");
  await using second = await open("quickstart");
  const userId = await first.mutation(api.users.signIn, { deviceId: "d1" });
  const id = await first.mutation(api.projects.createProject, { userId, name: "First" });
  expect(await first.query(api.projects.listProjects, { userId })).toMatchObject([
    { _id: id, name: "First", status: "planning" },
  ]);
  const other = await second.mutation(api.users.signIn, { deviceId: "d1" });
  expect(await second.query(api.projects.listProjects, { userId: other })).toEqual([]);
});

test("arguments are checked, ids of other tables and unknown names included", async () => {
  await using convoy = await open("quickstart");
  const userId = await convoy.mutation(api.users.signIn, { deviceId: "d1" });
  const id = await convoy.mutation(api.projects.createProject, { userId, name: "First" });
  const list = (args: object) => convoy.query(api.projects.listProjects, args as never);
  const invalid = expect.objectContaining({ code: "invalid-arguments", status: 400 });
  await expect(list({})).rejects.toEqual(invalid);
  await expect(list({ userId: id as string as Id<"users"> })).rejects.toEqual(invalid);
  await expect(list({ userId, more: 1 })).rejects.toEqual(invalid);
  // One full stop, although what is wrong with an id is a sentence by itself.
  await expect(list({ userId: id as string as Id<"users"> })).rejects.toThrow(/[^.]\.$/);
});

type Query = FunctionReference<"query">;
type Mutation = FunctionReference<"mutation">;

test("functions that call functions share a transaction, dates and bigints included", async () => {
  await using convoy = await open("tracker");
  const tracker = createApi<{
    users: { signUp: Mutation; me: Query; setTheme: Mutation };
    workspaces: { create: Mutation; bySlug: Query; listMine: Query };
    projects: Record<"create", Mutation>;
  }>();
  const token = "0".repeat(32);
  const signedUp = (await convoy.mutation(tracker.users.signUp, {
    email: "ada@example.com",
    displayName: "Ada",
    token,
  })) as { userId: string; session: { expiresAt: Date } };
  expect(signedUp.session.expiresAt).toBeInstanceOf(Date);

  const workspaceId: unknown = await convoy.mutation(tracker.workspaces.create, {
    token,
    name: "Works",
    slug: "works",
  });
  expect(await convoy.query(tracker.workspaces.bySlug, { token, slug: "works" })).toMatchObject({
    _id: workspaceId,
    storageUsed: 0n,
    role: "owner",
  });
  expect(await convoy.query(tracker.workspaces.listMine, { token })).toMatchObject([
    { workspace: { slug: "works" }, role: "owner" },
  ]);
  // Of a handler that returns nothing, a caller gets null, as its type says.
  expect(await convoy.mutation(tracker.users.setTheme, { token, theme: "dark" })).toBeNull();

  const again = convoy.mutation(tracker.workspaces.create, { token, name: "W", slug: "works" });
  await expect(again).rejects.toMatchObject({ code: "unique-violation" });
  expect(await convoy.query(tracker.workspaces.listMine, { token })).toHaveLength(1);
  await expect(convoy.query(tracker.users.me, { token: "1" })).rejects.toThrow("Sign in again.");
});
