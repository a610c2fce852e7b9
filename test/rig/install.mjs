// Puts VS Code's server and web workbench into .vscode-env: node 24 in one folder, code-server in another, as its install
// script asks that npm itself be run by node 24, and `npm ci` would delete the node that runs it if both were in one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { envDir, node24, root, serverMain } from "./paths.mjs";

const sources = path.join(root, "test", "rig", "env");
const stamp = path.join(envDir, ".stamp");

function wanted() {
  const hash = createHash("sha256");
  for (const folder of ["node", "server"]) {
    for (const file of fs.readdirSync(path.join(sources, folder)).sort()) hash.update(fs.readFileSync(path.join(sources, folder, file)));
  }
  return hash.digest("hex");
}

/** True where the VS Code of this checkout is there. */
export function isInstalled() {
  return fs.existsSync(stamp) && fs.existsSync(serverMain) && fs.readFileSync(stamp, "utf8") === wanted();
}

/** About two minutes on an empty machine; nothing where it is there already. */
export function install() {
  if (isInstalled()) return;
  console.log("installing VS Code's server from npm (about two minutes, once)");
  fs.rmSync(envDir, { recursive: true, force: true });
  fs.mkdirSync(envDir, { recursive: true });
  for (const folder of ["node", "server"]) fs.cpSync(path.join(sources, folder), path.join(envDir, folder), { recursive: true });
  const npm = (folder, env) => {
    const action = fs.existsSync(path.join(envDir, folder, "package-lock.json")) ? "ci" : "install";
    execFileSync("npm", [action, "--no-audit", "--no-fund"], {
      cwd: path.join(envDir, folder),
      env,
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 2 ** 28,
    });
  };
  const globalconfig = execFileSync("npm", ["config", "get", "globalconfig"], { cwd: envDir, encoding: "utf8" }).trim();
  // Under `npm start` npm tells its children which node and package they belong to: code-server would take node 24 for that one.
  const told =
    /^(npm_(config_(user_agent|local_prefix|node_gyp|npm_version)|node_execpath|execpath|command|lifecycle_.*|package_.*)|NODE|INIT_CWD)$/;
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !told.test(key))),
    // Here install scripts are wanted: they compile what code-server needs.
    npm_config_ignore_scripts: "false",
    npm_config_dangerously_allow_all_scripts: "true",
    // node-gyp would fetch node's headers: the machine's own do, as every addon here is N-API.
    npm_config_nodedir: process.env.npm_config_nodedir ?? path.dirname(path.dirname(process.execPath)),
    // The npm that node 24 runs would look for the machine's npmrc beside node 24 and lose a proxy's certificate.
    npm_config_globalconfig: process.env.npm_config_globalconfig ?? globalconfig,
    JOBS: "max",
  };
  npm("node", env);
  npm("server", { ...env, PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH}` });
  const version = execFileSync(node24, [serverMain, "--version", "--server-data-dir", path.join(envDir, "server-data")], {
    encoding: "utf8",
  });
  fs.writeFileSync(stamp, wanted());
  console.log(`VS Code ${version.split("\n")[0]} is in .vscode-env`);
}

if (process.argv[1] === path.join(root, "test", "rig", "install.mjs")) install();
