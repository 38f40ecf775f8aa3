import { expect, test } from "vitest";
import { editDistance, nearest } from "../../compiler/rules/did-you-mean.js";

test.each([
  ["", "", 0],
  ["users", "users", 0],
  ["user", "users", 1],
  ["usres", "users", 1],
  ["kitten", "sitting", 3],
  ["", "abc", 3],
])("from %j to %j it is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("the nearest name is meant, and none that is far", () => {
  const names = ["users", "projects", "projectMembers"];
  expect(nearest("user", names)).toBe("users");
  expect(nearest("Projects", names)).toBe("projects");
  expect(nearest("porjects", names)).toBe("projects");
  expect(nearest("invoices", names)).toBeNull();
  expect(nearest("x", names)).toBeNull();
});
