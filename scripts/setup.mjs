// Everything that a bare clone on a fresh machine needs: system packages, npm packages, the build, a VS Code.
//   node scripts/setup.mjs [--no-vscode]
// Only Node's own modules until npm has run.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./lib/run.mjs";
import { ensureSystemPackages } from "./lib/systemPackages.mjs";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function ensureNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 17)) return;
  throw new Error(`Node.js 20.17 or newer is needed; this is ${process.version}`);
}

/** `npm ci` where node_modules is not of this lock file. */
function ensureNodeModules() {
  const lock = createHash("sha256")
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const stamp = path.join(root, "node_modules", ".unroll-lock");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === lock) return;
  console.log("npm ci");
  execFileSync(npm, ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  fs.writeFileSync(stamp, lock);
}

/** The newest change below the sources. */
function newest(folder) {
  if (!fs.existsSync(folder)) return 0;
  if (!fs.statSync(folder).isDirectory()) return fs.statSync(folder).mtimeMs;
  return Math.max(0, ...fs.readdirSync(folder).map((name) => newest(path.join(folder, name))));
}

const bundles = ["extension", "reader", "hdf5", "engine", "node", "cli", "designer", "results", "tensor", "parquet", "h5wasm/hdf5_hl"].map(
  (name) => `${name}.js`,
);

/** Builds what is missing or older than its sources. */
export function ensureBuilt() {
  const dist = path.join(root, "dist");
  const oldest = (files) =>
    Math.min(...files.map((file) => (fs.existsSync(path.join(dist, file)) ? fs.statSync(path.join(dist, file)).mtimeMs : 0)));
  const changed = (...names) => Math.max(...names.map((name) => newest(path.join(root, name))));
  if (oldest(["unroll.node"]) < changed("native", "cmake", "CMakeLists.txt"))
    execFileSync(npm, ["run", "-s", "build:native"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (oldest(bundles) < changed("extension", "webview", "webpack.config.js", "package.json", "docs/gpu"))
    execFileSync(npm, ["run", "-s", "build:js"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

/** The addon with an emulated GPU, which the tests of the device `cuda` run on. */
export function ensureEmulator() {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return;
  const file = path.join(root, "dist", "unroll-emulator.node");
  const changed = Math.max(...["native", "cmake", "CMakeLists.txt"].map((name) => newest(path.join(root, name))));
  if (fs.existsSync(file) && fs.statSync(file).mtimeMs >= changed) return;
  execFileSync(npm, ["run", "-s", "build:emulator"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

/** Installs the real VS Code that the tests drive. */
export async function ensureVsCode() {
  ensureSystemPackages({ forWorkbench: true });
  const { install } = await import("../test/rig/install.mjs");
  install();
}

export async function setup({ vscode = true } = {}) {
  ensureNode();
  ensureSystemPackages({ forWorkbench: vscode });
  ensureNodeModules();
  ensureBuilt();
  if (vscode) await ensureVsCode();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await setup({ vscode: !process.argv.includes("--no-vscode") });
