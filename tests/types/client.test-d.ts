import { expectTypeOf, test } from "vitest";
import {
  type ConvoyError,
  createApi,
  createConvoyClient,
  type FunctionReference,
  type Id,
  type OptimisticStore,
} from "../../client/index.js";
import {
  ConvoyProvider,
  useAction,
  useMutation,
  usePaginatedQuery,
  useQuery,
} from "../../client/react/index.js";

interface Project {
  _id: Id<"projects">;
  name: string;
}

type Opts = { cursor: string | null; numItems: number };

interface Api {
  projects: {
    list: FunctionReference<"query", "public", { userId: Id<"users"> }, Project[]>;
    all: FunctionReference<"query", "public", { limit?: number }, Project[]>;
    page: FunctionReference<
      "query",
      "public",
      { userId: Id<"users">; paginationOpts: Opts },
      { page: Project[]; isDone: boolean; continueCursor: string }
    >;
    secret: FunctionReference<"query", "internal", {}, number>;
    create: FunctionReference<"mutation", "public", { name: string }, Id<"projects">>;
    wipe: FunctionReference<"mutation", "internal", {}, null>;
    send: FunctionReference<"action", "public", {}, boolean>;
  };
}

const api = createApi<Api>();
const client = createConvoyClient<Api>({ url: "http://localhost:3210" });
const userId = "" as Id<"users">;

test("a call has the types of the function behind its reference", async () => {
  expectTypeOf(await client.query(api.projects.list, { userId })).toEqualTypeOf<Project[]>();
  expectTypeOf(await client.query(api.projects.all)).toEqualTypeOf<Project[]>();
  expectTypeOf(await client.query(api.projects.all, { limit: 2 })).toEqualTypeOf<Project[]>();
  expectTypeOf(await client.mutation(api.projects.create, { name: "" })).toEqualTypeOf<
    Id<"projects">
  >();
  expectTypeOf(await client.action(api.projects.send)).toEqualTypeOf<boolean>();
  client.subscribe(api.projects.list, { userId }, (projects) => {
    expectTypeOf(projects).toEqualTypeOf<Project[]>();
  });
});

test("arguments are checked", async () => {
  // @ts-expect-error the user is missing
  await client.query(api.projects.list);
  // @ts-expect-error and cannot be any string
  await client.query(api.projects.list, { userId: "ada" });
  // @ts-expect-error unknown arguments are refused
  await client.query(api.projects.list, { userId, limit: 1 });
  // @ts-expect-error a name is a string
  await client.mutation(api.projects.create, { name: 1 });
});

test("only public functions of the right kind can be called", async () => {
  // @ts-expect-error an internal query
  await client.query(api.projects.secret);
  // @ts-expect-error an internal mutation
  await client.mutation(api.projects.wipe);
  // @ts-expect-error a query is no mutation
  await client.mutation(api.projects.all);
  // @ts-expect-error a mutation is no query
  client.subscribe(api.projects.create, { name: "" }, () => {});
  // @ts-expect-error a query is no action
  await client.action(api.projects.all);
  // @ts-expect-error a name is no reference
  await client.query("projects.all");
});

test("a client has the api that it is made for, and otherwise none", () => {
  expectTypeOf(client.api).toEqualTypeOf<Api>();
  expectTypeOf(createConvoyClient().api).toEqualTypeOf<unknown>();
  ConvoyProvider({ client });
});

test("an optimistic update sees results and arguments with their types", async () => {
  const options = {
    optimisticUpdate(store: OptimisticStore, args: { name: string }) {
      expectTypeOf(store.getQuery(api.projects.list, { userId })).toEqualTypeOf<
        Project[] | undefined
      >();
      store.setQuery(api.projects.list, { userId }, [{ _id: "" as Id<"projects">, ...args }]);
      // @ts-expect-error a project has an id
      store.setQuery(api.projects.list, { userId }, [args]);
    },
  };
  await client.mutation(api.projects.create, { name: "" }, options);
  await client.mutation(
    api.projects.create,
    { name: "" },
    {
      optimisticUpdate: (store, args) => {
        expectTypeOf(args).toEqualTypeOf<{ name: string }>();
        for (const { args, value } of store.getAllQueries(api.projects.list)) {
          expectTypeOf(args).toEqualTypeOf<{ userId: Id<"users"> }>();
          expectTypeOf(value).toEqualTypeOf<Project[]>();
        }
      },
    },
  );
});

test("hooks have the types of the function behind their reference", () => {
  const list = useQuery(api.projects.list, { userId });
  expectTypeOf(list.data).toEqualTypeOf<Project[] | undefined>();
  expectTypeOf(list.error).toEqualTypeOf<ConvoyError | undefined>();
  expectTypeOf(list.refetch).toEqualTypeOf<() => Promise<void>>();
  useQuery(api.projects.list, null);
  useQuery(api.projects.list, "skip", { enabled: false });
  useQuery(api.projects.all);
  // @ts-expect-error the user is missing
  useQuery(api.projects.list, {});
  // @ts-expect-error nor may all arguments be left out
  useQuery(api.projects.list);
  // @ts-expect-error an internal query
  useQuery(api.projects.secret, {});
  // @ts-expect-error a mutation is no query
  useQuery(api.projects.create, { name: "" });

  const create = useMutation(api.projects.create);
  expectTypeOf(create).parameters.toEqualTypeOf<[args: { name: string }]>();
  expectTypeOf(create).returns.toEqualTypeOf<Promise<Id<"projects">>>();
  const optimistic = create.withOptimisticUpdate((_store, args) => {
    expectTypeOf(args).toEqualTypeOf<{ name: string }>();
  });
  expectTypeOf(optimistic).toEqualTypeOf<typeof create>();
  // @ts-expect-error a query is no mutation
  useMutation(api.projects.all);
  expectTypeOf(useAction(api.projects.send)).returns.toEqualTypeOf<Promise<boolean>>();
});

test("a paginated query takes its arguments without the page's", () => {
  const pages = usePaginatedQuery(api.projects.page, { userId }, { initialNumItems: 5 });
  expectTypeOf(pages.results).toEqualTypeOf<readonly Project[]>();
  usePaginatedQuery(api.projects.page, "skip", { initialNumItems: 5 });
  // @ts-expect-error the user is missing
  usePaginatedQuery(api.projects.page, {}, { initialNumItems: 5 });
  // @ts-expect-error not a query with pages
  usePaginatedQuery(api.projects.list, { userId }, { initialNumItems: 5 });
});
