import { header } from "./header.js";

const values = `
/** References to the functions that clients can call: \`api.<module>.<function>\`. */
export const api: Api = createApi<Api>();

/** References to the functions that only other functions can call. */
export const internal: Internal = createApi<Internal>();
`;

/** Prints `_generated/api.ts` on top of the declarations in `apiTypes.d.ts`. */
export function printApi(): string {
  return `${header("convoy/functions")}import { createApi } from "convoy/client";
import type { Api, Internal } from "./apiTypes.js";

export type { Api, Internal };
${values}`;
}

/**
 * Prints `_generated/api.ts` with the types in it: for projects that emit declarations, since a
 * compiler does not copy `apiTypes.d.ts` to where those go.
 */
export function printApiWithTypes(types: string): string {
  return `${header("convoy/functions")}import { createApi } from "convoy/client";
${types}${values}`;
}
