// Builds and runs the C++ tests: as they are, then with the address and undefined sanitizers. Ends with `N passed, N failed`.
//   npm run test:cpp -- --sanitize thread     one build with these sanitizers instead
//   UNROLL_CASES=2000 npm run test:cpp        the long form of the tests with random cases
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root, run } from "./lib/run.mjs";

const at = process.argv.indexOf("--sanitize");
const asked = at < 0 ? null : process.argv[at + 1];
if (at >= 0 && !/^[a-z,]+$/.test(asked ?? "")) {
  console.error("--sanitize wants names such as address,undefined or thread");
  process.exit(2);
}
const short = { "address,undefined": "asan", thread: "tsan" };
const named = (sanitize) => ({ folder: `build-${short[sanitize] ?? sanitize.replaceAll(",", "-")}`, sanitize });
const builds = asked === null ? [{ folder: "build-tests", sanitize: "" }, named("address,undefined")] : [named(asked)];
const jobs = String(os.availableParallelism());

const total = { passed: 0, failed: 0 };
for (const build of builds) {
  const counts = await test(build);
  console.log(`${build.folder}: ${counts.passed} passed, ${counts.failed} failed`);
  total.passed += counts.passed;
  total.failed += counts.failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Configures, builds and runs one folder; a build that fails is one failure. */
async function test({ folder, sanitize }) {
  const directory = path.join(root, folder);
  const configured = fs.existsSync(path.join(directory, "CMakeCache.txt"));
  // A folder keeps the generator that it was made with.
  const generator = !configured && spawnSync("ninja", ["--version"]).status === 0 ? ["-G", "Ninja"] : [];
  const steps = [
    ["-S", root, "-B", directory, ...generator, "-DCMAKE_BUILD_TYPE=Release", "-DUNROLL_TESTS=ON", `-DUNROLL_SANITIZE=${sanitize}`],
    ["--build", directory, "--parallel", jobs],
  ];
  for (const args of steps) {
    const { code, output } = await run("cmake", args, { quiet: true });
    if (code === 0) continue;
    console.log(output);
    return { passed: 0, failed: 1 };
  }
  // -V has every executable's output, each line behind the number of its test; what is shown is that of --output-on-failure.
  const { code, output } = await run("ctest", ["-V", "--parallel", jobs], { cwd: directory, quiet: true });
  const counts = read(output);
  if (code !== 0 && counts.failed === 0) {
    console.log(output);
    counts.failed = 1;
  }
  return counts;
}

/** Of what `ctest -V` prints: the tests that the executables ran. Shows each executable's end, and all of one that failed. */
function read(output) {
  const counts = { passed: 0, failed: 0 };
  for (const [line, number, result] of output.matchAll(/^ *\d+\/\d+ Test +#(\d+): .*?(\S+) +[\d.]+ sec$/gm)) {
    const lines = [...output.matchAll(new RegExp(`^${number}: (.*)$`, "gm"))].map((match) => match[1]);
    const marked = (mark) => lines.filter((text) => text.startsWith(`${mark} `)).length;
    const end = lines.findLast((text) => /^\d+ passed, \d+ failed$/.test(text));
    const [passed, wrong] = [marked("ok"), marked("FAIL")];
    // Without its last line it crashed in a test; with it, it was the sanitizer at the end that did not agree.
    const failed = wrong + (end === undefined || (result !== "Passed" && wrong === 0) ? 1 : 0);
    counts.passed += passed;
    counts.failed += failed;
    console.log(failed > 0 ? `${line}\n${lines.join("\n")}` : line);
  }
  return counts;
}
