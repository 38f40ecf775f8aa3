import { Command } from "commander";
import { expect, test } from "vitest";
import { addSchemaOptions } from "../../../cli/sync/schema-options.js";

test("tables to drop may be named with commas, and spaces after them, between", () => {
  const command = addSchemaOptions(new Command());
  command.parse(["--allow-drop", "users, notes,", "--allow-drop", "tasks"], { from: "user" });
  expect(command.opts()).toMatchObject({ allowDrop: ["users", "notes", "tasks"] });
});
