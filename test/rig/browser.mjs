// Headless Chromium, the machine's own.
import fs from "node:fs";
import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function chromiumPath() {
  const found = candidates.find((file) => file && fs.existsSync(file));
  if (found === undefined) throw new Error("There is no Chromium: install the package chromium, or name one in CHROMIUM");
  return found;
}

/** @param {import("playwright-core").BrowserContextOptions} [options] */
export async function launch(options) {
  const args = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Memory can be measured only where what is no longer used is gone, and the size is not rounded.
    "--js-flags=--expose-gc",
    "--enable-precise-memory-info",
  ];
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: true, args });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  return { browser, context, page: await context.newPage() };
}
