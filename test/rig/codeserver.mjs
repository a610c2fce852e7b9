// Starts VS Code's own server on a free loopback port with throw-away directories, and waits until it answers.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { envDir, node24, serverMain } from "./paths.mjs";

const startLimitMs = 60_000;

const defaultSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
};

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The status of a GET, 0 where nobody answers. */
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
 * A display language needs a registered pack; an empty one will do, as the extension's words come from its own files.
 * The pack has to name an extension: with `extensions: []` the server lists no extension at all.
 */
function registerLanguage(userDataDir, locale) {
  const translations = path.join(userDataDir, `${locale}.i18n.json`);
  fs.writeFileSync(translations, JSON.stringify({ contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `rig.language-pack-${locale}` }, version: "0.0.1" }];
  const pack = { [locale]: { hash: "rig", label: locale, extensions, translations: { vscode: translations } } };
  fs.writeFileSync(path.join(userDataDir, "languagepacks.json"), JSON.stringify(pack));
}

function writeSettings(userDataDir, settings) {
  const file = path.join(userDataDir, "User", "settings.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const had = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
  fs.writeFileSync(file, JSON.stringify({ ...defaultSettings, ...had, ...settings }, null, 2));
}

/** The environment of the server: no gallery (nothing outside is asked for anything), no surrounding VS Code's variables. */
function serverEnvironment(scratch, extra) {
  const env = { ...process.env, EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" }), ...extra };
  env.XDG_RUNTIME_DIR = scratch;
  for (const name of ["VSCODE_IPC_HOOK_CLI", "VSCODE_PID", "VSCODE_CWD", "VSCODE_NLS_CONFIG", "ELECTRON_RUN_AS_NODE"]) delete env[name];
  return env;
}

/**
 * @typedef {object} ServerOptions
 * @property {string} [userDataDir]
 * @property {string} [extensionsDir]
 * @property {Record<string, unknown>} [settings] user settings over the pinned ones
 * @property {string} [locale] display language, "en" unless told
 * @property {boolean} [trust] let workspace trust be on (the setting decides)
 * @property {string} [token] a connection token; without one anybody on this machine may connect
 * @property {Record<string, string>} [env]
 * @property {string[]} [args] more switches for the server
 */

/** @param {ServerOptions} options */
export async function start({ userDataDir, extensionsDir, settings, locale = "en", trust = false, token, env, args = [] } = {}) {
  if (!fs.existsSync(serverMain)) throw new Error(`no VS Code in ${envDir}: run "npm run setup"`);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "rig-"));
  userDataDir ??= path.join(scratch, "user-data");
  extensionsDir ??= path.join(scratch, "extensions");
  fs.mkdirSync(extensionsDir, { recursive: true });
  writeSettings(userDataDir, settings);
  if (!locale.startsWith("en")) registerLanguage(userDataDir, locale);

  const port = await freePort();
  const logFile = path.join(scratch, "server.log");
  const log = fs.openSync(logFile, "a");
  const argv = [serverMain, "--locale", locale, "--host", "127.0.0.1", "--port", String(port)];
  argv.push(...(token ? ["--connection-token", token] : ["--without-connection-token"]), "--accept-server-license-terms");
  argv.push("--server-data-dir", path.join(scratch, "server-data"), "--user-data-dir", userDataDir, "--extensions-dir", extensionsDir);
  argv.push("--disable-telemetry", "--disable-experiments", ...(trust ? [] : ["--disable-workspace-trust"]), ...args);
  // A process group of its own: whatever the extension host forks ends with it.
  const child = spawn(node24, argv, { stdio: ["ignore", log, log], detached: true, env: serverEnvironment(scratch, env) });
  fs.closeSync(log);
  let ended;
  child.once("exit", (code, signal) => (ended = code ?? signal));
  child.once("error", (error) => (ended = error.message));

  const killNow = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  };
  const remove = () => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  // An uncaught error leaves nothing behind either.
  const onExit = () => {
    killNow();
    remove();
  };
  process.once("exit", onExit);
  const stop = async () => {
    if (ended === undefined) {
      try {
        process.kill(-child.pid, "SIGTERM");
      } catch {
        // Gone already.
      }
      for (let i = 0; i < 40 && ended === undefined; i++) await sleep(50);
    }
    killNow();
    process.removeListener("exit", onExit);
    remove();
  };

  const base = `http://127.0.0.1:${port}`;
  const until = Date.now() + startLimitMs;
  while ((await statusOf(`${base}/version`)) !== 200) {
    const said = ended === undefined ? undefined : `the VS Code server ended (${ended}):\n${fs.readFileSync(logFile, "utf8")}`;
    if (said || Date.now() > until) {
      await stop();
      throw new Error(said ?? `the VS Code server did not answer in ${startLimitMs / 1000} s`);
    }
    await sleep(50);
  }
  return {
    base,
    /** The workbench takes its own origin as its remote authority. */
    authority: `127.0.0.1:${port}`,
    logFile,
    userDataDir,
    extensionsDir,
    /** VS Code restarts a crashed host in silence; this asks the log. [] while all is well. */
    hostCrashes: () => hostEnds(logFile).filter((end) => !end.clean),
    hostEnds: () => hostEnds(logFile),
    stop,
  };
}

/** How extension hosts ended, as the server's log tells. */
function hostEnds(logFile) {
  const log = fs.readFileSync(logFile, "utf8");
  const line = /Extension Host Process exited with code: (\S+), signal: (\S+?)\.\s*$/gm;
  return [...log.matchAll(line)].map(([, code, signal]) => ({ code, signal, clean: code === "0" && signal === "null" }));
}

/** Installs a VSIX into directories of its own. */
export function installVsix(vsix, { userDataDir, extensionsDir }) {
  const dirs = ["--server-data-dir", path.join(userDataDir, "server-data"), "--user-data-dir", userDataDir, "--extensions-dir", extensionsDir];
  execFileSync(node24, [serverMain, "--install-extension", vsix, "--force", ...dirs], { stdio: "pipe" });
}

/**
 * The address of a workbench window.
 * @param {{ base: string, authority: string }} server
 * @param {{ open?: string, token?: string, payload?: [string, string][] }} [window] `open`: a folder or a .code-workspace
 */
export function windowUrl(server, { open, token, payload } = {}) {
  const query = new URLSearchParams();
  if (token) query.set("tkn", token);
  if (open) query.set(open.endsWith(".code-workspace") ? "workspace" : "folder", path.resolve(open));
  else query.set("ew", "true");
  if (payload) query.set("payload", JSON.stringify(payload));
  return `${server.base}/?${query}`;
}

/** A file of this machine as the remote window names it. */
export function remoteUri(server, file) {
  return `vscode-remote://${server.authority}${encodeURI(path.resolve(file))}`;
}
