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
  const log = path.join(directory, "Testing", "Temporary", "LastTest.log");
  fs.rmSync(log, { force: true });
  const { code } = await run("ctest", ["--output-on-failure", "--parallel", jobs], { cwd: directory });
  const counts = fs.existsSync(log) ? read(fs.readFileSync(log, "utf8")) : { passed: 0, failed: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Of CTest's log, which has the output of every executable: the tests that they ran. */
function read(log) {
  const counts = { passed: 0, failed: 0 };
  for (const part of log.split(/^\d+\/\d+ Testing: /m).slice(1)) {
    const lines = (mark) => part.match(new RegExp(`^${mark} +\\w+$`, "gm"))?.length ?? 0;
    const failed = lines("FAIL");
    counts.passed += lines("ok");
    // Without its own last line it crashed in a test; with it, it was the sanitizer at the end that did not agree.
    const good = /^Test Passed\.$/m.test(part) && /^\d+ passed, 0 failed$/m.test(part);
    const finished = /^\d+ passed, \d+ failed$/m.test(part);
    counts.failed += failed + (!finished || (!good && failed === 0) ? 1 : 0);
  }
  return counts;
}
