/** Against the real engine's process: what it is asked, it answers once, whatever becomes of it. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
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

  describe("on a GPU that is lost", () => {
    let folder: string;
    let losses: string;
    const told: number[] = [];
    const begin = (device: "auto" | "cuda", times: number): EngineClient => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-lost-"));
      losses = path.join(folder, "losses");
      fs.writeFileSync(losses, String(times));
      process.env["UNROLL_FAKE_LOSSES"] = losses;
      told.length = 0;
      return (client = new EngineClient({
        file: path.join(root, "out", "test", "support", "fakeEngine.js"),
        device,
        threads: 1,
        memoryLimitBytes: 2 ** 32,
        onGpuLost: ({ lostAt }) => told.push(lostAt.length),
      }));
    };
    afterEach(() => {
      delete process.env["UNROLL_FAKE_LOSSES"];
      fs.rmSync(folder, { recursive: true });
    });
    const refused = async (message: RegExp): Promise<void> =>
      void (await assert.rejects(client.ask(run(5)), (error: Error & { code?: string }) => {
        assert.equal(error.code, "DEVICE_LOST");
        return message.test(error.message);
      }));

    it("ends the run, replaces the process, tries the GPU again, and gives it up the second time", async () => {
      begin("auto", 2);
      await client.load(1, stored(4));
      const { pid } = client;
      await refused(/illegal memory access.*The next run tries the GPU again/);
      assert.equal(client.pid, undefined);
      await refused(/second time.*From now on the CPU/);
      assert.deepEqual(told, [1, 2]);
      assert.equal(values(await client.ask(run(5))).length, 4);
      assert.notEqual(client.pid, pid);
      const { device } = await client.greet();
      assert.equal(device.kind, "cpu");
      assert.match(device.reason?.text ?? "", /twice/);
      assert.equal(fs.readFileSync(losses, "utf8"), "0");
    });

    it("computes on it where it comes back, the model with it", async () => {
      begin("auto", 1);
      await client.load(1, stored(4));
      await refused(/tries the GPU again/);
      assert.equal(values(await client.ask(run(5))).length, 4);
      assert.equal((await client.greet()).device.kind, "cuda");
    });

    it("tells all that wait for it, once each, and counts one loss", async () => {
      begin("auto", 9);
      await client.load(1, stored(4));
      const outcomes = await Promise.allSettled([client.ask(run(5)), client.ask(run(5)), client.ask({ type: "states", modelId: 1 })]);
      for (const outcome of outcomes) assert.equal((outcome as { reason?: { code?: string } }).reason?.code, "DEVICE_LOST");
      assert.deepEqual(told, [1]);
    });

    it("never takes another device for a named one, however often it is lost", async () => {
      begin("cuda", 3);
      await client.load(1, stored(4));
      for (let i = 0; i < 3; i++) await refused(/tries the GPU again/);
      assert.equal(values(await client.ask(run(5))).length, 4);
      assert.equal((await client.greet()).device.kind, "cuda");
    });

    it("does not count as a crash", async () => {
      begin("cuda", 7);
      await client.load(1, stored(4));
      for (let i = 0; i < 7; i++) await refused(/illegal memory access/);
      assert.equal(client.phase, "idle");
    });

    it("keeps the values that people look at until the next run", async () => {
      begin("auto", 0);
      await client.load(1, stored(4));
      await client.ask(run(5, true));
      const { pid } = client;
      fs.writeFileSync(losses, "1");
      await refused(/tries the GPU again/);
      const slice = await client.ask({ type: "readSlice", resultId: 1, tensor: 0, start: [0, 0], count: [1, 4] });
      assert.equal(slice.type === "slice" && slice.values.length, 4);
      assert.equal(client.pid, pid);
      assert.equal(values(await client.ask(run(5))).length, 4);
      assert.notEqual(client.pid, pid);
    });

    it("computes one run on the CPU where that is asked for, and the next on the GPU", async () => {
      begin("auto", 1);
      await client.load(1, stored(4));
      await refused(/tries the GPU again/);
      await client.load(1, { ...stored(4), device: "cpu" });
      fs.writeFileSync(losses, "1");
      assert.equal(values(await client.ask(run(5))).length, 4);
      await client.load(1, stored(4));
      await refused(/second time/);
      assert.equal(fs.readFileSync(losses, "utf8"), "0");
    });

    it("is forgiven by a restart that somebody asks for", async () => {
      begin("auto", 2);
      await client.load(1, stored(4));
      await refused(/again/);
      await refused(/second time/);
      client.restart();
      assert.equal((await client.greet()).device.kind, "cuda");
    });
  });

  it("diagnoses where the device that was asked for is refused", async () => {
    client = new EngineClient({ file, device: "cuda", threads: 1, memoryLimitBytes: 2 ** 32 });
    const refused = await client.greet().then(
      () => null,
      (error: Error & { code?: string }) => error.code,
    );
    const diagnosis = await client.diagnose();
    assert.equal(diagnosis.devices.length, 3);
    assert.equal(diagnosis.devices.find(({ kind }) => kind === "cuda")?.available, refused === null);
    assert.match(diagnosis.addon.file, /unroll\.node$/);
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
