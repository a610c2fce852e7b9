/**
 * The built addon on machines without a driver, and with drivers that do not work: each in a process of its own, whose LD_LIBRARY_PATH leads
 * to a libcuda.so.1 that says what the case wants. A reason, the CPU's result, no crash, and an answer at once.
 */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { NativeCuda } from "../../extension/engine/binding.js";
import { loadAddon } from "../support/built.js";
import { root } from "../support/root.js";

/** Longest answer of the addon about its GPU, the best of three: other people use this machine too. */
const ANSWER_MS = 10;

const script = `
  const { loadAddon } = require(${JSON.stringify(path.join(root, "out", "extension", "engine", "addon.js"))});
  const { chooseBackend, findDevices } = require(${JSON.stringify(path.join(root, "out", "extension", "engine", "devices.js"))});
  const loaded = loadAddon(${JSON.stringify(path.join(root, "dist", "unroll.node"))});
  const before = performance.now();
  const { cuda } = loaded.addon.capabilities();
  const ms = performance.now() - before;
  const { backend, device } = chooseBackend(findDevices({ threads: 1 }, loaded), "auto");
  const model = backend.createModel([{ kind: "dense", units: 1, activation: "linear", useBias: false }], 2, [new Float32Array([2, 3])]);
  const outputs = [new Float32Array(1)];
  const run = { shape: [1, 2], x: new Float32Array([1, 10]), mask: null, initialStates: [], capture: 0, outputs };
  model.start(run).finished.then(() => console.log(JSON.stringify({ cuda, ms, kind: device.kind, reason: device.reason, value: outputs[0][0] })));`;

interface Answer {
  readonly cuda: NativeCuda;
  readonly ms: number;
  readonly kind: string;
  readonly reason: { readonly text: string } | null;
  readonly value: number;
}

/** A driver of this version whose cuInit answers so; it finds nothing else of the driver's interface. */
const driver = (version: number, init: number): string => `
  #define _GNU_SOURCE
  #include <dlfcn.h>
  #include <string.h>
  int cuInit(unsigned flags) { return ${init}; }
  int cuDriverGetVersion(int* version) { *version = ${version}; return 0; }
  int cuDeviceGetCount(int* count) { *count = 0; return ${init}; }
  int cuGetErrorName(int error, const char** name) { *name = error == 999 ? "CUDA_ERROR_UNKNOWN" : "CUDA_ERROR"; return 0; }
  int cuGetErrorString(int error, const char** text) { *text = error == 999 ? "unknown error" : "an error"; return 0; }
  int cuGetProcAddress_v2(const char* name, void** function, int version, unsigned long long flags, int* status) {
    *function = dlsym(RTLD_DEFAULT, name);
    if (status != 0) *status = *function == 0 ? 1 : 0;
    return *function == 0 ? 500 : 0;
  }
  int cuGetProcAddress(const char* name, void** function, int version, unsigned long long flags) {
    return cuGetProcAddress_v2(name, function, version, flags, 0);
  }`;

const { state: built } = loadAddon().capabilities().cuda;

describe("the addon without a driver that works", function () {
  this.timeout(60_000);
  let folder: string;

  before(function () {
    if (built === "off") return skip(this, "this addon is built without CUDA");
    if (process.platform !== "linux") return skip(this, "the driver's library is replaced on Linux only");
    if (spawnSync("gcc", ["--version"]).status !== 0) return skip(this, "there is no gcc to build a driver with");
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-driver-"));
  });
  after(() => {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true });
  });

  const ask = (library: string): Answer => {
    const env = { ...process.env, LD_LIBRARY_PATH: library };
    const answers = Array.from({ length: 3 }, () => {
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env, timeout: 20_000 });
      assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr);
      return JSON.parse(stdout) as Answer;
    });
    const quickest = answers.reduce((a, b) => (a.ms < b.ms ? a : b));
    assert.ok(quickest.ms <= ANSWER_MS, `${quickest.ms} ms`);
    return quickest;
  };
  const withLibrary = (content: string | null): string => {
    const own = fs.mkdtempSync(path.join(folder, "lib-"));
    if (content === null) return own;
    const source = path.join(own, "cuda.c");
    fs.writeFileSync(source, content);
    const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-o", path.join(own, "libcuda.so.1"), source, "-ldl"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return own;
  };
  /** The CPU computes, and the reason is the one of that state. */
  const fallsBack = (answer: Answer, states: readonly NativeCuda["state"][], reason: RegExp): void => {
    assert.ok(states.includes(answer.cuda.state), `${answer.cuda.state}: ${answer.cuda.reason}`);
    assert.deepEqual([answer.kind, answer.value], ["cpu", 32]);
    assert.match(answer.reason?.text ?? "", reason);
  };

  it("no driver: says so", function () {
    // An installed driver is found beside LD_LIBRARY_PATH.
    if (spawnSync("ldconfig", ["-p"], { encoding: "utf8" }).stdout?.includes("libcuda.so.1"))
      return skip(this, "a driver is installed here");
    const answer = ask(withLibrary(null));
    fallsBack(answer, ["no-driver"], /No NVIDIA driver/);
    assert.equal(answer.cuda.driver, "");
  });

  it("a libcuda.so.1 that is an empty file, or a library with nothing in it", () => {
    const empty = withLibrary(null);
    fs.writeFileSync(path.join(empty, "libcuda.so.1"), "");
    for (const library of [empty, withLibrary("")])
      fallsBack(ask(library), ["no-driver", "failed"], /No NVIDIA driver|could not be started/);
  });

  it("a driver whose start fails: in CUDA's own words", () => {
    const answer = ask(withLibrary(driver(13_000, 999)));
    fallsBack(answer, ["failed"], /could not be started/);
    assert.match(answer.cuda.reason, /unknown error|999/i);
  });

  it("a driver that finds no GPU", () => {
    fallsBack(ask(withLibrary(driver(13_000, 100))), ["no-device"], /finds no GPU/);
  });

  it("a driver that is too old: which version it has, and which is needed", () => {
    const answer = ask(withLibrary(driver(12_040, 0)));
    fallsBack(answer, ["old-driver"], /too old/);
    assert.deepEqual([answer.cuda.driver, answer.cuda.needed], ["12.4", "13.0"]);
  });
});

function skip(context: Mocha.Context, why: string): void {
  console.log(`      skipped: ${why}`);
  context.skip();
}
