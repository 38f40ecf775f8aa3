/**
 * What tsserver loads for `"plugins": [{ "name": "convoy/language-service-plugin" }]`. It wants a
 * CommonJS module that is a function, and no syntax that could be stripped says that.
 */
// @ts-expect-error See above.
import plugin = require("./create-plugin.js");

const createPlugin: typeof plugin.createPlugin = plugin.createPlugin;

// @ts-expect-error See above.
export = createPlugin;
