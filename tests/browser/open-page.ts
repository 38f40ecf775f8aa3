import chromium from "@sparticuz/chromium";
import { type Page, chromium as launcher } from "playwright-core";

/** A page of a real browser, which comes inside an npm package: nothing is downloaded. */
export async function openPage(): Promise<Page & AsyncDisposable> {
  const browser = await launcher.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, "--disable-background-networking", "--disable-component-update"],
    headless: true,
  });
  // Named, so that it can have further pages.
  const context = await browser.newContext({ viewport: { width: 760, height: 560 } });
  const page = await context.newPage();
  return Object.assign(page, { [Symbol.asyncDispose]: () => browser.close() });
}
