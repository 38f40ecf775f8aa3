export {
  type ArgsOf,
  type ArgsTuple,
  createApi,
  type FunctionKind,
  type FunctionReference,
  type FunctionVisibility,
  getFunctionName,
  type ResultOf,
} from "../protocol/function-reference.js";
export type { Id } from "../protocol/id.js";
