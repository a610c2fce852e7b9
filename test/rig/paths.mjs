// Where the tests' own VS Code lies: node 24 and the server that runs on it.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const envDir = path.resolve(process.env.RIG_ENV || path.join(root, ".vscode-env"));
export const node24 = path.join(envDir, "node/node_modules/node/bin/node");
export const serverMain = path.join(envDir, "server/node_modules/code-server/lib/vscode/out/server-main.js");
/** Takes the desktop executable's command line. */
export const standIn = path.join(root, "test/rig/vscode/code");

/** Chromium as CHROMIUM names it, or from the usual places. */
export function chromiumPath() {
  const names = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return names.find((name) => name && existsSync(name));
}
