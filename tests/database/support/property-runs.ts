/**
 * How often a property is tried: enough for every change to be checked in seconds, and as many
 * times that as `CONVOY_PROPERTY_RUNS` says.
 */
export function propertyRuns(usual: number): { readonly numRuns: number } {
  const factor = Number(process.env["CONVOY_PROPERTY_RUNS"] ?? "1");
  return { numRuns: Math.max(1, Math.round(usual * factor)) };
}
