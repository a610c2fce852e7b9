// All that only a GPU can show, in one command for whoever has one: the vectors, cancels, memory, NVIDIA's sanitizer, a benchmark beside the
// CPU. Writes a report to attach: docs/gpu/NAME-DATE.json. With one of these in docs/gpu, README and doctor say that it ran on hardware.
//   npm run test:gpu     UNROLL_CUDA_EMULATOR=1 tries the command itself on the emulated GPU; its report proves nothing and stays in test-results
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { countsOf, root, run } from "./lib/run.mjs";
import { ensureEmulator, setup } from "./setup.mjs";

const emulated = process.env["UNROLL_CUDA_EMULATOR"] === "1";
await setup({ vscode: false });
if (emulated) ensureEmulator();
const built = spawnSync(path.join(root, "node_modules", ".bin", "tsc"), ["-b"], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(1);

const addon = createRequire(import.meta.url)(path.join(root, "dist", emulated ? "unroll-emulator.node" : "unroll.node"));
const { cuda } = addon.capabilities();
if (cuda.state !== "ready") {
  console.error(
    `There is no GPU to test (${cuda.state}${cuda.reason ? `, ${cuda.reason}` : ""}). “node dist/cli.js doctor” says what is missing.`,
  );
  process.exit(1);
}
console.log(`${cuda.name}, compute capability ${cuda.capability}, driver for CUDA ${cuda.driver}`);

const benchFile = path.join(root, "test-results", "gpu-bench.json");
fs.mkdirSync(path.dirname(benchFile), { recursive: true });
const mocha = (grep) => [path.join(root, "node_modules", ".bin", "mocha"), ["--reporter", "dot", "--timeout", "0", "--grep", grep]];
const node = (...args) => [process.execPath, args];
const test = (folder, name) => path.join(root, "test", folder, name);
const sanitizer = spawnSync("compute-sanitizer", ["--version"]).status === 0;
const sanitized = (tool) => [
  "compute-sanitizer",
  ["--tool", tool, "--error-exitcode", "9", "--target-processes", "all", process.execPath, test("gpu", "small.mjs")],
];

const steps = [
  { name: "vectors", command: mocha(emulated ? "vectors on the emulated GPU" : "vectors on the GPU$|vectors on the GPU ") },
  // The emulator takes longer for one step than a cancel may: native/kernels/cuda/*_test.cc cancel there.
  ...(emulated
    ? []
    : [{ name: "cancel", command: node(test("reliability", "cancel.mjs")), env: { UNROLL_DEVICE: "cuda", UNROLL_CANCELS: "200" } }]),
  {
    name: "memory",
    command: node("--expose-gc", test("reliability", "memory.mjs")),
    env: { UNROLL_DEVICE: "cuda", UNROLL_RUNS: emulated ? "50" : "5000", UNROLL_LOADS: emulated ? "5" : "200" },
  },
  ...(sanitizer && !emulated
    ? ["memcheck", "racecheck", "synccheck", "initcheck"].map((tool) => ({ name: tool, command: sanitized(tool) }))
    : []),
  {
    name: "bench",
    command: node(test("gpu", "bench.mjs"), "--json", benchFile),
    env: emulated ? { UNROLL_BENCH_ONLY: "8×2×10×3" } : {},
  },
];
if (!sanitizer) console.log("compute-sanitizer is not there: its checks are left out");

const report = { gpu: cuda.name, capability: cuda.capability, driver: cuda.driver, emulated, passed: 0, failed: 0, steps: [] };
for (const { name, command, env } of steps) {
  console.log(`\n── ${name}`);
  const { code, output } = await run(...command, { env });
  const counts = countsOf(output);
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (code === 0 && counts.passed === 0) counts.passed = 1;
  report.passed += counts.passed;
  report.failed += counts.failed;
  const figures = [...output.matchAll(/^ok {3}(.+)$/gm)].map((match) => match[1]);
  report.steps.push({ name, passed: counts.passed, failed: counts.failed, ...(figures.length > 0 && { figures }) });
}
if (fs.existsSync(benchFile)) report.bench = JSON.parse(fs.readFileSync(benchFile, "utf8")).points;
report.sanitizer = sanitizer;
report.date = new Date().toISOString().slice(0, 10);
report.version = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version;

const folder = emulated ? path.join(root, "test-results") : path.join(root, "docs", "gpu");
fs.mkdirSync(folder, { recursive: true });
const file = path.join(folder, `${cuda.name.replace(/[^A-Za-z0-9]+/g, "-").toLowerCase()}-${report.date}.json`);
fs.writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
console.log(`\n${path.relative(root, file)}${emulated ? " (emulated: it proves nothing about hardware)" : ""}`);
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exitCode = report.failed > 0 ? 1 : 0;
