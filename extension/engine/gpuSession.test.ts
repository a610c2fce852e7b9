/** A session on a GPU: what it asks of the addon, what it never does, what it says. */
import assert from "node:assert/strict";
import { readModel } from "../core/model/read.js";
import type { ModelSpec } from "../core/model/spec.js";
import { fakeAddon, type FakeGpu, loaded, nativeError } from "../../test/support/fakeAddon.js";
import { findDevices } from "./devices.js";
import type { RunRequest } from "./loadedModel.js";
import { Session } from "./session.js";

const config = {
  class_name: "Sequential",
  config: { layers: [{ class_name: "LSTM", config: { units: 3, batch_input_shape: [null, null, 2] } }] },
};

function spec(): ModelSpec {
  const read = readModel(config);
  assert.ok(read.ok);
  return read.value;
}

const request = (steps = 4): RunRequest => ({
  x: { shape: [1, steps, 2], data: new Float32Array(2 * steps).fill(0.5) },
  capture: 0,
});

describe("a session on the GPU", () => {
  let session: Session;
  const start = (gpu: FakeGpu = {}, memoryLimitBytes = 2 ** 30): Session =>
    (session = new Session({ device: "auto", threads: 1, memoryLimitBytes }, findDevices({ threads: 1 }, loaded(fakeAddon(gpu)))));
  afterEach(() => session.dispose());

  it("starts every run, tiny ones too, and gives the CPU's numbers", async () => {
    start();
    assert.equal(session.device.kind, "cuda");
    const model = session.load(spec(), null, 7);
    const first = await session.run(model, request());
    const again = await session.run(model, request());
    assert.equal(session.runAgain(model, request().x), null);
    const onCpu = await session.run(session.load(spec(), null, 7, "cpu"), request());
    for (const { tensors } of [first, again]) assert.deepEqual(tensors, onCpu.tensors);
  });

  it("takes a model to another device without changing its own", async () => {
    let onGpu = 0;
    start({ beforeRun: () => void onGpu++ });
    await session.run(session.load(spec(), null, 7, "cpu"), request());
    assert.equal(onGpu, 0);
    await session.run(session.load(spec(), null, 7), request());
    assert.equal(onGpu, 1);
  });

  it("refuses what goes beyond the host's limit before it asks the GPU", async () => {
    let asked = 0;
    start({ beforeRun: () => void asked++ }, 40);
    const model = session.load(spec(), null, 7);
    // Outputs: 3 numbers, h and c of 3 each.
    await session.run(model, request()).then(
      () => asked++,
      () => undefined,
    );
    assert.equal(asked, 2);
    const wide = { x: { shape: [2, 4, 2], data: new Float32Array(16) }, capture: 0 as const };
    await assert.rejects(session.run(model, wide), { code: "TOO_LARGE" });
    assert.equal(asked, 2);
  });

  it("says what helps where the GPU's memory is full, and goes on", async () => {
    let full = true;
    start({
      beforeRun: () => {
        if (full) throw nativeError("OUT_OF_MEMORY", "needs 9.3 GB, 4.0 GB are free.");
      },
    });
    const model = session.load(spec(), null, 7);
    await assert.rejects(session.run(model, request()), (error: Error & { code?: string }) => {
      assert.equal(error.code, "OUT_OF_MEMORY");
      return /needs 9\.3 GB, 4\.0 GB are free\. Take a smaller batch.*CPU/.test(error.message);
    });
    full = false;
    await session.run(model, request());
  });

  it("never asks a GPU again that was lost, says so, and still computes on the CPU", async () => {
    let asked = 0;
    const addon = fakeAddon({
      beforeRun: () => {
        asked++;
        throw nativeError("DEVICE_LOST", "unspecified launch failure (CUDA error 719)");
      },
    });
    session = new Session({ device: "cuda", threads: 1, memoryLimitBytes: 2 ** 30 }, findDevices({ threads: 1 }, loaded(addon)));
    const model = session.load(spec(), null, 7);
    await assert.rejects(session.run(model, request()), { code: "DEVICE_LOST", message: /CUDA error 719\)\. Only this run was lost/ });
    for (const attempt of [() => session.run(model, request()), async () => session.load(spec(), null, 8)])
      await assert.rejects(attempt, { code: "DEVICE_LOST", message: /new process/ });
    assert.equal(asked, 1);
    await session.run(session.load(spec(), null, 7, "cpu"), request());
    const next = findDevices({ threads: 1 }, loaded(addon));
    assert.equal(next.list.find(({ available }) => available)?.kind, "cpu");
    assert.throws(() => next.backend("cuda"), { code: "DEVICE_UNAVAILABLE", message: /new process/ });
  });
});
