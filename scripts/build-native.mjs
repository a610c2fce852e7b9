// Builds the addon with cmake-js and puts it beside the bundles: dist/unroll.node.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const cli = path.join(root, "node_modules", "cmake-js", "bin", "cmake-js");

const built = spawnSync(process.execPath, [cli, "build", "--config", "Release", "--out", path.join(root, "build")], { cwd: root, encoding: "utf8" });
if (built.status !== 0) {
  process.stdout.write(built.stdout ?? "");
  process.stderr.write(built.stderr ?? "");
  console.error("The addon was not built. It needs a C++17 compiler, CMake 3.20 and make or ninja.");
  process.exit(built.status ?? 1);
}
const addon = ["", "Release"].map((folder) => path.join(root, "build", folder, "unroll.node")).find((file) => fs.existsSync(file));
if (addon === undefined) {
  console.error("cmake-js built no unroll.node");
  process.exit(1);
}
fs.mkdirSync(path.join(root, "dist"), { recursive: true });
const target = path.join(root, "dist", "unroll.node");
// A new inode: a process that has the old one loaded keeps it.
fs.rmSync(target, { force: true });
fs.copyFileSync(addon, target);
console.log(`dist/unroll.node, ${(fs.statSync(target).size / 1024).toFixed(0)} KiB (CUDA: off, this build has no GPU kernels)`);
