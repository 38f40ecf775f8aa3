import { ConvoyError } from "../../../protocol/errors.js";

/** Rejects when the work takes longer; what the work does then is nobody's concern any more. */
export async function withinTime<Result>(
  work: Promise<Result>,
  name: string,
  limitMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new ConvoyError(
          "function-timeout",
          `"${name}" did not end within ${limitMs / 1000} seconds. Make it do less at a time.`,
          { status: 503 },
        ),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
