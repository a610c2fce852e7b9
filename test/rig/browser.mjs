// A headless Chromium with one page.
import { chromium } from "playwright-core";
import { chromiumPath } from "./paths.mjs";

/**
 * @param {import("playwright-core").BrowserContextOptions} [contextOptions]
 * @returns {Promise<{ browser: import("playwright-core").Browser, page: import("playwright-core").Page }>}
 */
export async function launch(contextOptions) {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error("no Chromium: install the package chromium, or name one with CHROMIUM");
  const browser = await chromium.launch({
    executablePath,
    headless: !process.env.HEADED,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
  // Without reduced motion screenshots catch notifications half faded.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...contextOptions });
  return { browser, page: await context.newPage() };
}
