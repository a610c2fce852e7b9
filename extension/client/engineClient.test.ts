/** Against the real engine's process: what it is asked, it answers once, whatever becomes of it. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import * as path from "node:path";
import type { EngineAnswer } from "../core/protocol/engine.js";
import { EngineClient, type RequestBody } from "./engineClient.js";
import { defaultPolicy, type Policy } from "./supervisor.js";

const root = path.join(__dirname, "..", "..", "..");
const file = path.join(root, "dist", "engine.js");
const layer = (units: number, options: object = {}): object => ({
  class_name: "LSTM",
  config: { units, batch_input_shape: [1, null, 4], ...options },
});
const stored = (units: number, options: object = {}): { model: Record<string, unknown>; weights: null; seed: number } => ({
  model: { class_name: "Sequential", config: { layers: [layer(units, options)] } },
  weights: null,
  seed: 3,
});
const run = (steps: number, keep = false): RequestBody => ({
  type: "run",
  modelId: 1,
  resultId: 1,
  keep,
  x: { shape: [1, steps, 4], data: new Float32Array(steps * 4).fill(0.25) },
  mask: null,
  initialState: null,
  capture: 0,
  timeoutMs: 0,
  progress: false,
});
const values = (answer: EngineAnswer): number[] => (answer.type === "ran" ? [...(answer.tensors[0]?.data ?? [])] : []);
const until = async (what: () => boolean): Promise<void> => {
  for (const end = Date.now() + 15_000; !what();) {
    assert.ok(Date.now() < end, "waited too long");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe("the engine's client", function () {
  this.timeout(30_000);
  let client: EngineClient;
  const start = (policy: Partial<Policy> = {}, other = file): EngineClient =>
    (client = new EngineClient({
      file: other,
      device: "cpu",
      threads: 1,
      memoryLimitBytes: 2 ** 32,
      policy: { ...defaultPolicy, ...policy },
    }));
  afterEach(() => client.dispose());

  it("starts the process when it is first needed, and computes", async () => {
    start();
    assert.equal(client.pid, undefined);
    await client.load(1, stored(3));
    assert.equal(values(await client.ask(run(5))).length, 3);
    assert.equal(client.phase, "ready");
  });

  it("tells who waits when it dies, and starts it again for the next run, the model with it", async () => {
    start();
    await client.load(1, stored(64));
    const before = values(await client.ask(run(5)));
    const lost = client.ask(run(3_000_000));
    await until(() => client.phase === "busy");
    process.kill(client.pid as number, "SIGKILL");
    await assert.rejects(lost, { code: "ENGINE_CRASHED" });
    assert.deepEqual(values(await client.ask(run(5))), before);
  });

  it("gives up after five deaths in three minutes, until a restart is asked for", async () => {
    start();
    for (let death = 0; death < 5; death++) {
      await client.greet();
      process.kill(client.pid as number, "SIGKILL");
      await until(() => client.pid === undefined);
    }
    await assert.rejects(client.greet(), { code: "ENGINE_CRASHED" });
    assert.equal(client.phase, "dead");
    client.restart();
    assert.equal((await client.greet()).device.kind, "cpu");
  });

  it("cancels a run, and goes on with the same process", async () => {
    start();
    await client.load(1, stored(64));
    const { pid } = client;
    const controller = new AbortController();
    const cancelled = client.ask(run(3_000_000), { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(cancelled, { code: "CANCELLED" });
    await assert.rejects(client.ask(run(5), { signal: controller.signal }), { code: "CANCELLED" });
    assert.equal(values(await client.ask(run(5))).length, 64);
    assert.equal(client.pid, pid);
  });

  it("kills a process that does not hear a cancel, without counting it", async () => {
    start({ cancelGraceMs: 100 });
    await client.load(1, stored(4));
    const controller = new AbortController();
    // Drawing these weights keeps the engine's thread for seconds.
    const load = client.load(2, stored(2048), controller.signal);
    setTimeout(() => controller.abort(), 200);
    await assert.rejects(load, { code: "CANCELLED" });
    assert.equal(values(await client.ask(run(5))).length, 4);
  });

  it("ends a process that never greets", async () => {
    start({ startMs: 200 }, path.join(root, "out", "extension", "client", "supervisor.js"));
    await assert.rejects(client.greet(), { code: "ENGINE_CRASHED" });
  });

  it("replaces one that no longer answers", async () => {
    start({ pingMs: 200, progressMs: 500 });
    await client.load(1, stored(4));
    const { pid } = client;
    process.kill(pid as number, "SIGSTOP");
    await assert.rejects(client.ask({ type: "states", modelId: 1 }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "ENGINE_CRASHED");
      return error.message.includes("no longer answered");
    });
    assert.equal(values(await client.ask(run(5))).length, 4);
    assert.notEqual(client.pid, pid);
  });

  it("stops the process when it is idle and holds nothing, and starts it again", async () => {
    start({ idleMs: 50 });
    await client.load(1, stored(4));
    const before = values(await client.ask(run(5)));
    await until(() => client.pid === undefined);
    assert.equal(client.phase, "idle");
    assert.deepEqual(values(await client.ask(run(5))), before);
  });

  it("keeps it while it holds a result, or the states of a stateful model", async () => {
    start({ idleMs: 50 });
    await client.load(1, stored(4));
    await client.ask(run(5, true));
    const { pid } = client;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(client.pid, pid);
    await client.ask({ type: "release", resultId: 1 });
    await until(() => client.pid === undefined);
    await client.load(1, stored(4, { stateful: true }));
    await client.ask(run(5));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.notEqual(client.pid, undefined);
  });

  it("answers all that wait when it is disposed", async () => {
    start();
    await client.load(1, stored(64));
    const open = [client.ask(run(3_000_000)), client.ask(run(5)), client.ask({ type: "states", modelId: 1 })];
    const outcomes = Promise.allSettled(open);
    await until(() => client.phase === "busy");
    await client.dispose();
    for (const outcome of await outcomes) assert.equal(outcome.status, "rejected");
    await assert.rejects(client.greet(), { code: "CANCELLED" });
  });

  it("keeps nobody's process alive, and lets nobody's end before its answer", async () => {
    start();
    const script = `
      const { EngineClient } = require(${JSON.stringify(path.join(root, "out", "extension", "client", "engineClient.js"))});
      const client = new EngineClient(${JSON.stringify({ file, device: "cpu", threads: 1, memoryLimitBytes: 2 ** 32 })});
      client.greet().then(() => { process.kill(client.pid, "SIGKILL"); return client.ask({ type: "ping" }); })
        .then(() => process.exit(3), (error) => process.exit(error.code === "ENGINE_CRASHED" ? 0 : 4));`;
    const child = fork("-e", [script], { execArgv: [], stdio: "ignore", execPath: process.execPath });
    assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 0);
  });
});
