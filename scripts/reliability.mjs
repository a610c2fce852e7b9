// What is promised about reliability, in its long form. Counts are kept in test-results/reliability.json: stop it at any time, it goes on.
//   npm run test:reliability [-- --quick] [-- --only R2,R9] [-- --minutes 30] [-- --again]
import fs from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { countsOf, root, run } from "./lib/run.mjs";

const has = (name) => process.argv.includes(`--${name}`);
const option = (name) => (has(name) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : null);
const quick = has("quick");
const only = option("only")?.split(",") ?? null;
const until = Date.now() + Number(option("minutes") ?? 24 * 60) * 60_000;

const file = path.join(root, "test-results", "reliability.json");
const state = fs.existsSync(file) && !has("again") ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
const save = () => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
};

const node = (script, ...flags) => [process.execPath, [...flags, path.join(root, "test", "reliability", script)]];
const mocha = (name) => [
  path.join(root, "node_modules", ".bin", "mocha"),
  ["--no-config", "--reporter", "dot", "--timeout", "0", path.join(root, "out", "test", "native", `${name}.test.js`)],
];
const units = (...names) => [
  path.join(root, "node_modules", ".bin", "mocha"),
  ["--no-config", "--reporter", "dot", "--timeout", "0", ...names.map((name) => path.join(root, "out", "extension", `${name}.test.js`))],
];
const cpp = (...args) => [process.execPath, [path.join(root, "scripts", "test-cpp.mjs"), ...args]];
const clang = spawnSync("clang++", ["--version"]).status === 0;

/** Builds the fuzzers; gives the folder, or null where it cannot be. */
function fuzzers() {
  const folder = path.join(root, clang ? "build-fuzz" : "build-asan");
  const flags = clang ? ["-DCMAKE_CXX_COMPILER=clang++", "-DUNROLL_FUZZ=ON"] : ["-DUNROLL_TESTS=ON"];
  if (!clang) console.log("clang is not there: the fuzzers run with a random driver instead of libFuzzer");
  for (const args of [
    ["-S", root, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DUNROLL_SANITIZE=address,undefined", ...flags],
    ["--build", folder, "--parallel"],
  ])
    if (spawnSync("cmake", args, { stdio: ["ignore", "ignore", "inherit"] }).status !== 0) return null;
  return folder;
}

async function fuzz(times, seed) {
  const folder = fuzzers();
  if (folder === null) return { code: 1, output: "the fuzzers cannot be built" };
  const corpus = path.join(root, "test-results", "corpus");
  fs.mkdirSync(corpus, { recursive: true });
  const libFuzzer = clang ? [corpus, "-max_len=256", `-artifact_prefix=${path.join(root, "test-results")}${path.sep}`, "-verbosity=0"] : [];
  const env = { ASAN_OPTIONS: "allocator_may_return_null=1" };
  const { code, output } = await run(path.join(folder, "model_fuzz"), [`-runs=${times}`, `-seed=${seed}`, ...libFuzzer], {
    env,
    quiet: true,
  });
  if (code !== 0) console.log(output.slice(-6000));
  return { code, output: `1 passed, 0 failed\n` };
}

async function layersAgain(test, cases, seed) {
  const folder = path.join(root, "build-tests");
  const built = await run("cmake", ["--build", folder, "--parallel"], { quiet: true });
  if (built.code !== 0) return command(cpp());
  return command([path.join(folder, test), ["random_layers"]], { UNROLL_CASES: cases, UNROLL_SEED: seed });
}

/**
 * Each in batches: `batch` of what is counted takes minutes at most. quick: a run of its own with its script's own small counts, where
 * npm test has it not already.
 */
const items = [
  {
    id: "R1-text",
    what: "selections, mutated and generated",
    target: 1_000_000,
    batch: 100_000,
    // Half of them are changed texts, half are made up.
    body: (n, at) => command(units("core/text/robust"), { UNROLL_TEXTS: n / 2, UNROLL_SEED: at + 1 }),
  },
  {
    id: "R1-files",
    what: "changed npy, npz, safetensors and parquet files, of each",
    target: 1_000_000,
    batch: 20_000,
    body: (n) => command(units("core/formats/formats"), { UNROLL_CASES: n }),
  },
  {
    id: "R1-hdf5",
    what: "changed HDF5 files",
    target: 1_000_000,
    batch: 20_000,
    body: (n) => command(units("files/dataFile"), { UNROLL_CASES: n }),
  },
  {
    id: "R1-tables",
    what: "tables in chunks against the selection reader",
    target: 1_000_000,
    batch: 5_000,
    body: (n) => command(units("core/formats/longText"), { UNROLL_CASES: n }),
  },
  {
    id: "R1-models",
    what: "changed model configs",
    target: 1_000_000,
    batch: 100_000,
    body: (n, at) => command(units("core/model/robust"), { UNROLL_CASES: n, UNROLL_SEED: at + 1 }),
  },
  {
    id: "R1-code",
    what: "changed code of Keras and PyTorch",
    target: 1_000_000,
    batch: 20_000,
    body: (n, at) => command(units("core/code/robust"), { UNROLL_CASES: n, UNROLL_SEED: at + 1 }),
  },
  {
    id: "R1-messages",
    what: "made-up messages, of each direction",
    target: 1_000_000,
    batch: 200_000,
    body: (n, at) => command(units("core/protocol/robust"), { UNROLL_CASES: n, UNROLL_SEED: at + 1 }),
  },
  { id: "R2", what: "fuzzed programs under ASan and UBSan", target: 1_000_000, batch: 100_000, body: (n, at) => fuzz(n, at + 1) },
  {
    id: "R3",
    what: "random layers on every CPU target against double",
    target: 100_000,
    batch: 20_000,
    body: (n, at) => layersAgain("core_direction_test", n, at),
  },
  {
    id: "R3-cuda",
    what: "random layers on the emulated GPU against double",
    target: 100_000,
    batch: 5_000,
    body: (n, at) => layersAgain("kernels_cuda_cuda_model_test", n, at),
  },
  {
    id: "R4",
    what: "C++ tests under ASan, UBSan and TSan",
    target: 1,
    batch: 1,
    body: () => command(cpp()).then((first) => (first.code === 0 ? command(cpp("--sanitize", "thread")) : first)),
  },
  {
    id: "R5",
    what: "bad calls to the addon",
    target: 1_000_000,
    batch: 100_000,
    body: (n) => command(mocha("badCalls"), { UNROLL_CALLS: n }),
  },
  {
    id: "R6",
    what: "runs, memory after them",
    target: 100_000,
    batch: 100_000,
    quick: true,
    body: (n) => command(node("memory.mjs", "--expose-gc", "--max-semi-space-size=1"), quick ? {} : { UNROLL_RUNS: n, UNROLL_LOADS: 1000 }),
  },
  {
    id: "R7-R8",
    what: "lives of threads and processes, of each kind",
    target: 50,
    batch: 10,
    body: (n) => command(mocha("lifecycle"), { UNROLL_LIFECYCLES: n }),
  },
  {
    id: "R9",
    what: "cancels",
    target: 1000,
    batch: 1000,
    quick: true,
    body: (n) => command(node("cancel.mjs"), quick ? {} : { UNROLL_CANCELS: n }),
  },
  {
    id: "R10",
    what: "crashes of the engine's process",
    target: 100,
    batch: 100,
    quick: true,
    body: (n) => command(node("crashes.mjs"), quick ? {} : { UNROLL_CRASHES: n }),
  },
  { id: "R12", what: "limits at n - 1, n and n + 1", target: 1, batch: 1, quick: true, body: () => command(node("limits.mjs")) },
  { id: "big-file", what: "files of 2 GiB, each way of cutting them", target: 1, batch: 1, body: () => command(node("bigFile.mjs")) },
  { id: "steps", what: "steps of one sequence, in millions", target: 1, batch: 1, quick: true, body: () => command(node("longRun.mjs")) },
].filter((item) => (only === null || only.includes(item.id)) && (!quick || item.quick));

function command([name, args], env = {}) {
  return run(name, args, { env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])) });
}

const total = { passed: 0, failed: 0 };
const lines = [];
for (const item of items) {
  console.log(`\n── ${item.id}: ${item.what}`);
  const kept = (!quick && state[item.id]) || { done: 0, findings: 0 };
  while (kept.done < item.target && Date.now() < until) {
    const n = Math.min(item.batch, item.target - kept.done);
    const { code, output } = await item.body(n, kept.done);
    const counts = countsOf(output);
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    kept.done += n;
    kept.findings += counts.failed;
    if (quick) total.passed += counts.passed;
    if (quick) break;
    state[item.id] = kept;
    save();
  }
  if (!quick && kept.findings === 0 && kept.done >= item.target) total.passed++;
  total.failed += quick ? kept.findings : kept.findings > 0 ? 1 : 0;
  lines.push(
    `${item.id.padEnd(9)}${String(kept.done).padStart(9)} of ${String(item.target).padEnd(9)} ${kept.findings} findings   ${item.what}`,
  );
}
if (!quick) console.log(`\n${lines.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
