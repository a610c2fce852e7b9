// Builds the addon with cmake-js and puts it beside the bundles: dist/unroll.node.
//   npm run build:native       with CUDA's kernels where nvcc is found; RNN_CUDA=ON or OFF in the environment decides otherwise
//   npm run build:emulator     dist/unroll-emulator.node, whose GPU is emulated: for tests, never part of a package
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const cli = path.join(root, "node_modules", "cmake-js", "bin", "cmake-js");
const emulator = process.argv.includes("--emulator");
const cuda = process.env["RNN_CUDA"] ?? "AUTO";
if (!/^(AUTO|ON|OFF)$/.test(cuda)) {
  console.error("RNN_CUDA has to be AUTO, ON or OFF");
  process.exit(2);
}
const folder = path.join(root, "build");
const name = emulator ? "unroll-emulator.node" : "unroll.node";

const options = ["--config", "Release", "--out", folder, `--CDRNN_CUDA=${cuda}`, "--target", path.parse(name).name];
// cmake-js builds one file after the other where make is all there is.
const env = { CMAKE_BUILD_PARALLEL_LEVEL: "2", ...process.env };
const built = spawnSync(process.execPath, [cli, "build", ...options], { cwd: root, encoding: "utf8", env, maxBuffer: 1 << 28 });
if (built.status !== 0) {
  process.stdout.write(built.stdout ?? "");
  process.stderr.write(built.stderr ?? "");
  console.error("The addon was not built. It needs a C++20 compiler, CMake 3.20 and make or ninja.");
  process.exit(built.status ?? 1);
}
const addon = ["", "Release"].map((sub) => path.join(folder, sub, name)).find((file) => fs.existsSync(file));
if (addon === undefined) {
  console.error(`cmake-js built no ${name}`);
  process.exit(1);
}
fs.mkdirSync(path.join(root, "dist"), { recursive: true });
const target = path.join(root, "dist", name);
// A new inode: a process that has the old one loaded keeps it.
fs.rmSync(target, { force: true });
fs.copyFileSync(addon, target);
// CMake says which CUDA it took when it configures; a folder that was configured before keeps that.
const kernels = spawnSync("cmake", ["-L", "-N", folder], { encoding: "utf8" }).stdout ?? "";
const found = !emulator && /^UNROLL_CUDA_FOUND:\w+=(.+)$/m.exec(kernels)?.[1];
const what = emulator ? "emulated" : found ? found : "off, no nvcc was found";
console.log(`dist/${name}, ${(fs.statSync(target).size / 1024).toFixed(0)} KiB (CUDA: ${what})`);
