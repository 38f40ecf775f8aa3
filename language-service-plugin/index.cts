/**
 * What tsserver loads for `"plugins": [{ "name": "convoy/language-service-plugin" }]`. It wants a
 * CommonJS module that is a function, hence the file's extension and its export.
 */
import { createPlugin } from "./create-plugin.js";

// @ts-expect-error No other syntax makes a CommonJS module that is a function, and nothing strips it here.
export = createPlugin;
