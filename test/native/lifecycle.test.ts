/** The addon and the Node API in threads, at every kind of exit, and over many runs: nothing crashes, nothing stays. */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { apiFile, loadAddon, loadApi } from "../support/built.js";

const times = Number(process.env["UNROLL_LIFECYCLES"] ?? 3);

const config = {
  class_name: "Sequential",
  config: { layers: [{ class_name: "LSTM", config: { units: 128, batch_input_shape: [null, null, 8], return_sequences: true } }] },
};
const setup = `
  const { createEngine } = require(${JSON.stringify(apiFile)});
  const start = async (device = "cpu") => {
    const engine = await createEngine({ device });
    const model = await engine.load(${JSON.stringify(config)});
    return { engine, model, run: (steps) => model.run({ shape: [4, steps, 8], data: new Float32Array(32 * steps).fill(0.5) }) };
  };`;

const exits: [string, string, number][] = [
  ["normally", "start().then(async ({ engine, run }) => { await run(10); await engine.dispose(); });", 0],
  ["without dispose", "start().then(({ run }) => run(10));", 0],
  ["by process.exit in a run", "start().then(({ run }) => { run(200000); setTimeout(() => process.exit(7), 20); });", 7],
  ["by an uncaught error in a run", "start().then(({ run }) => { run(200000); setTimeout(() => { throw new Error('stop'); }, 20); });", 1],
  [
    "disposed in a run",
    "start().then(async ({ engine, run }) => { const r = run(200000).catch(() => 0); await engine.dispose(); await r; });",
    0,
  ],
  ["disposed twice", "start().then(async ({ engine }) => { await engine.dispose(); await engine.dispose(); });", 0],
];

describe("the engine's life", () => {
  for (const [how, script, code] of exits) {
    it(`a process that ends ${how} has exit code ${code}, no signal`, function () {
      this.timeout(60_000);
      for (let i = 0; i < times; i++) {
        const { status, signal, stderr } = spawnSync(process.execPath, ["-e", setup + script], { encoding: "utf8", timeout: 30_000 });
        assert.deepEqual({ status, signal }, { status: code, signal: null }, stderr);
      }
    });
  }

  it("worker threads load, run and end, or are terminated in a run", async function () {
    this.timeout(60_000);
    for (let i = 0; i < 4 * times; i++) {
      const terminated = i % 2 === 1;
      const script = `${setup} start().then(async ({ run }) => { require("node:worker_threads").parentPort.postMessage("up"); await run(${terminated ? 100_000 : 20}); });`;
      const worker = new Worker(script, { eval: true });
      await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
      if (terminated) await worker.terminate();
      else assert.equal(await new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject)), 0);
    }
  });

  it("leaves no native bytes behind", async function () {
    this.timeout(60_000);
    const addon = loadAddon();
    const { createEngine } = loadApi();
    const before = addon.debugLiveBytes();
    const engine = await createEngine({ device: "cpu" });
    for (let i = 0; i < 50; i++) {
      const model = await engine.load(config);
      await model.run({ shape: [2, 5, 8], data: new Float32Array(80) });
      model.dispose();
    }
    await engine.dispose();
    assert.equal(addon.debugLiveBytes(), before);
  });
});
