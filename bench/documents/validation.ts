import { z } from "zod";
import { median } from "../support/compare.js";
import { clientCpu } from "./cpu.js";
import type { BenchDatabase } from "./database.js";

const OPERATIONS = 2_000;

/** What Convoy's writes do and code by hand does not: microseconds for one document. */
export function validationCost({ model, newProject }: BenchDatabase): number {
  const { validator } = model.table("projects");
  const rounds = Array.from({ length: 11 }, () => {
    const documents = Array.from({ length: OPERATIONS }, newProject);
    const start = clientCpu();
    for (const document of documents) z.core.safeParse(validator, document);
    return (clientCpu() - start) / OPERATIONS;
  });
  return median(rounds.slice(1));
}
