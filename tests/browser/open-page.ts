import chromium from "@sparticuz/chromium";
import { type Page, chromium as launcher } from "playwright-core";

/** A page of a real browser, which comes inside an npm package: nothing is downloaded. */
export async function openPage(): Promise<Page & AsyncDisposable> {
  const browser = await launcher.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, "--disable-background-networking", "--disable-component-update"],
    headless: true,
  });
  const page = await browser.newPage({ viewport: { width: 760, height: 560 } });
  return Object.assign(page, { [Symbol.asyncDispose]: () => browser.close() });
}
