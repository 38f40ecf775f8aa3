import { expect, test, vi } from "vitest";
import { ConvoyError } from "../../protocol/errors.js";

test("an error of another copy of Convoy is a ConvoyError as well", async () => {
  vi.resetModules();
  const other = await import("../../protocol/errors.js");
  expect(other.ConvoyError).not.toBe(ConvoyError);
  const error: unknown = new other.ConvoyError("not-found", "It is not there.", { status: 404 });
  expect(error instanceof ConvoyError).toBe(true);
  expect(error instanceof Error).toBe(true);
  expect(new Error("It is not there.") instanceof ConvoyError).toBe(false);
  expect((null as unknown) instanceof ConvoyError).toBe(false);
});

test("a class that extends ConvoyError has instances of its own", () => {
  class Refused extends ConvoyError {}
  expect(new Refused("refused", "No.") instanceof Refused).toBe(true);
  expect(new Refused("refused", "No.") instanceof ConvoyError).toBe(true);
  expect(new ConvoyError("refused", "No.") instanceof Refused).toBe(false);
});
