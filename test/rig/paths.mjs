// Where the project and its VS Code lie.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
/** What install.mjs made. */
export const envDir = path.join(root, ".vscode-env");
export const node24 = path.join(envDir, "node", "node_modules", "node", "bin", "node");
export const serverMain = path.join(envDir, "server", "node_modules", "code-server", "lib", "vscode", "out", "server-main.js");
