// A window of a real VS Code with the packaged extension installed, on a copy of samples/.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch } from "../../rig/browser.mjs";
import { root } from "../../rig/paths.mjs";
import { installVsix, startServer } from "../../rig/server.mjs";

export const themes = { dark: "Default Dark Modern", light: "Default Light Modern", hc: "Default High Contrast" };
export const shotsDir = path.join(root, "test-results", "screenshots");

function newestVsix() {
  const found = fs.readdirSync(root).filter((name) => name.endsWith(".vsix"));
  if (found.length === 0) throw new Error("There is no VSIX: npm run package");
  return path.join(root, found.sort((a, b) => fs.statSync(path.join(root, a)).mtimeMs - fs.statSync(path.join(root, b)).mtimeMs).at(-1));
}

let extensions;

/** Where the extension is installed: once for all windows, as for all of a person's. */
function extensionsFolder() {
  if (extensions === undefined) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-extensions-"));
    process.once("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
    const extensionsDir = path.join(dir, "extensions");
    installVsix(newestVsix(), { userDataDir: path.join(dir, "user-data"), extensionsDir });
    extensions = extensionsDir;
  }
  return extensions;
}

/**
 * @param {{ theme?: keyof typeof themes, locale?: string, trust?: boolean, viewport?: { width: number, height: number }, settings?: object,
 *   files?: Record<string, string> }} options  trust: the workspace is asked for; files: more files of the workspace
 */
export async function openWindow({ theme = "dark", locale = "en", trust = false, viewport, settings, files = {} } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-e2e-"));
  const workspace = path.join(dir, "workspace");
  fs.cpSync(path.join(root, "samples"), workspace, { recursive: true });
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(workspace, name), content);
  const userDataDir = path.join(dir, "user-data");
  const extensionsDir = extensionsFolder();
  const trusted = trust ? { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" } : {};
  const server = await startServer({
    userDataDir,
    extensionsDir,
    locale,
    trust,
    settings: { "workbench.colorTheme": themes[theme], "workbench.tips.enabled": false, ...trusted, ...settings },
  });
  const { browser, page } = await launch({ ...(viewport && { viewport }), ...(locale !== "en" && { locale }) });
  const close = async () => {
    await browser.close().catch(() => undefined);
    await server.stop();
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    await page.goto(`${server.base}/?folder=${encodeURIComponent(workspace)}`);
    await page.waitForSelector(".explorer-folders-view .monaco-list-row", { timeout: 60_000 });
  } catch (error) {
    await close();
    throw error;
  }
  const shot = async (name) => {
    fs.mkdirSync(shotsDir, { recursive: true });
    await page.screenshot({ path: path.join(shotsDir, `${name}.png`) });
  };
  return { page, server, workspace, shot, close };
}
