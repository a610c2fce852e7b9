// Starts VS Code's own server on a free loopback port with throw-away user data, and waits until it answers.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { node24, serverMain } from "./paths.mjs";

const defaultSettings = {
  "workbench.startupEditor": "none",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const socket = net.createServer();
    socket.once("error", reject);
    socket.listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

function statusOf(url) {
  return new Promise((resolve) => {
    const request = http.get(url, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once("error", () => resolve(0));
    request.setTimeout(5000, () => {
      request.destroy();
      resolve(0);
    });
  });
}

/**
 * A display language needs a registered language pack; an empty one is enough: the extension's words come from its own files.
 * It has to name an extension: with none the server lists no extension at all.
 */
function registerLanguage(userDataDir, locale) {
  const translations = path.join(userDataDir, `${locale}.i18n.json`);
  fs.writeFileSync(translations, JSON.stringify({ contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `rig.language-pack-${locale}` }, version: "0.0.1" }];
  fs.writeFileSync(
    path.join(userDataDir, "languagepacks.json"),
    JSON.stringify({ [locale]: { hash: "rig", label: locale, extensions, translations: { vscode: translations } } }),
  );
}

function environment(tmp, more) {
  // No extension gallery: nothing outside this machine is asked for anything.
  const gallery = JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" });
  // The environment of a terminal inside VS Code must not leak into the server.
  const leaks = ["VSCODE_IPC_HOOK_CLI", "VSCODE_PID", "VSCODE_CWD", "VSCODE_NLS_CONFIG", "ELECTRON_RUN_AS_NODE"];
  const own = Object.fromEntries(Object.entries(process.env).filter(([key]) => !leaks.includes(key)));
  return { ...own, EXTENSIONS_GALLERY: gallery, XDG_RUNTIME_DIR: tmp, ...more };
}

/**
 * @param {{ userDataDir?: string, extensionsDir?: string, settings?: object, locale?: string, trust?: boolean, env?: object,
 *   args?: string[], token?: string, port?: number }} options  trust: workspace trust is on; token: asked of whoever connects
 */
export async function startServer({
  userDataDir,
  extensionsDir,
  settings,
  locale = "en",
  trust = false,
  env,
  args = [],
  token,
  port,
} = {}) {
  if (!fs.existsSync(serverMain)) throw new Error("VS Code is not installed: npm run setup");
  const tmp = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-vscode-"));
  const dirs = { user: userDataDir ?? path.join(tmp, "user-data"), extensions: extensionsDir ?? path.join(tmp, "extensions") };
  const settingsFile = path.join(dirs.user, "User", "settings.json");
  fs.mkdirSync(path.dirname(settingsFile), { recursive: true });
  fs.mkdirSync(dirs.extensions, { recursive: true });
  const have = fs.existsSync(settingsFile) ? JSON.parse(fs.readFileSync(settingsFile, "utf8")) : {};
  fs.writeFileSync(settingsFile, JSON.stringify({ ...defaultSettings, ...have, ...settings }, null, 2));
  if (!locale.startsWith("en")) registerLanguage(dirs.user, locale);

  const listen = port ?? (await freePort());
  const logFile = path.join(tmp, "server.log");
  const out = fs.openSync(logFile, "a");
  const argv = [serverMain, "--locale", locale, "--host", "127.0.0.1", "--port", String(listen), "--accept-server-license-terms"];
  argv.push(...(token === undefined ? ["--without-connection-token"] : ["--connection-token", token]));
  argv.push("--server-data-dir", path.join(tmp, "server-data"), "--user-data-dir", dirs.user, "--extensions-dir", dirs.extensions);
  argv.push("--disable-telemetry", "--disable-experiments", ...(trust ? [] : ["--disable-workspace-trust"]), ...args);
  const child = spawn(node24, argv, { stdio: ["ignore", out, out], detached: true, env: environment(tmp, env) });
  fs.closeSync(out);
  let ended;
  child.once("exit", (code, signal) => (ended = code ?? signal));

  const killNow = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  };
  const remove = () => fs.rmSync(tmp, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  // An uncaught error leaves nothing behind.
  const onExit = () => (killNow(), remove());
  process.once("exit", onExit);
  const base = `http://127.0.0.1:${listen}`;
  const until = Date.now() + 60_000;
  while ((await statusOf(`${base}/version`)) !== 200) {
    if (ended !== undefined) throw new Error(`VS Code's server ended (${ended}):\n${fs.readFileSync(logFile, "utf8")}`);
    if (Date.now() > until) throw new Error("VS Code's server did not answer in 60 s");
    await pause(50);
  }
  return {
    base,
    /** The workbench takes its own origin as its remote authority. */
    authority: `127.0.0.1:${listen}`,
    logFile,
    log: () => fs.readFileSync(logFile, "utf8"),
    /** VS Code restarts a crashed host in silence: whoever drives a window has to ask. Empty while all is well. */
    hostCrashes: () => hostEnds(logFile).filter((end) => end.code !== "0" || end.signal !== "null"),
    async stop() {
      if (ended === undefined) {
        try {
          process.kill(-child.pid, "SIGTERM");
        } catch {
          // It is gone.
        }
        for (let i = 0; i < 40 && ended === undefined; i++) await pause(50);
      }
      killNow();
      process.removeListener("exit", onExit);
      remove();
    },
  };
}

/** How extension hosts ended, as the server's log says it. */
export function hostEnds(logFile) {
  const log = fs.existsSync(logFile) ? fs.readFileSync(logFile, "utf8") : "";
  return [...log.matchAll(/Extension Host Process exited with code: (\S+), signal: (\S+?)\.\s*$/gm)].map(([, code, signal]) => ({
    code,
    signal,
  }));
}

/** Installs a VSIX into a throw-away folder of extensions. */
export function installVsix(vsix, { userDataDir, extensionsDir }) {
  const serverData = path.join(userDataDir, "server-data");
  const argv = [
    serverMain,
    "--install-extension",
    vsix,
    "--force",
    "--server-data-dir",
    serverData,
    "--user-data-dir",
    userDataDir,
    "--extensions-dir",
    extensionsDir,
  ];
  execFileSync(node24, argv, { stdio: "pipe" });
}
