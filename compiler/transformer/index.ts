import { analyseProgram } from "../program-analysis.js";
import { createTransformer } from "./create-transformer.js";
import type { ProgramTransformer } from "./program-transformer.js";

export type {
  ProgramTransformer,
  TransformerConfig,
  TransformerExtras,
} from "./program-transformer.js";

/**
 * The program transformer for `tspc`: generates code, and reports what Convoy's rules find as errors
 * of the build. In the tsconfig:
 *
 * ```json
 * { "plugins": [{ "transform": "convoy/transformer", "transformProgram": true }] }
 * ```
 */
const transformer: ProgramTransformer = createTransformer({ analyse: analyseProgram });
export default transformer;
