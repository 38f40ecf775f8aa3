import { createApi, type FunctionReference } from "../../../client/index.js";

export interface Project {
  readonly _id?: string;
  readonly name: string;
}

/** What `convoy codegen` prints for a small project. */
export interface Api {
  projects: {
    list: FunctionReference<"query", "public", { owner: string }, Project[]>;
    count: FunctionReference<"query", "public", {}, number>;
    page: FunctionReference<
      "query",
      "public",
      { owner: string; paginationOpts: { cursor: string | null; numItems: number } },
      { page: Project[]; isDone: boolean; continueCursor: string }
    >;
    create: FunctionReference<"mutation", "public", { owner: string; name: string }, string>;
    clear: FunctionReference<"mutation", "public", {}, null>;
    send: FunctionReference<"action", "public", { to: string }, boolean>;
    audit: FunctionReference<"query", "internal", {}, number>;
  };
}

export const api: Api = createApi<Api>();
