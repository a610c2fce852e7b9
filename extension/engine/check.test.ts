/** A check against the reference: finds what is spoiled, where it is, in bounded memory, and leaves everything as it was. */
import assert from "node:assert/strict";
import { firstBeyond, largestOf, pairAgrees, stepSeries } from "../core/compare.js";
import { readModel } from "../core/model/read.js";
import type { ModelSpec } from "../core/model/spec.js";
import type { CheckReport, PairCheck } from "../core/protocol/check.js";
import { fakeAddon, type FakeGpu, loaded } from "../../test/support/fakeAddon.js";
import { checkDevices } from "./check.js";
import { findDevices } from "./devices.js";
import { Session } from "./session.js";

const lstm = (units: number, options: object = {}): object => ({
  class_name: "LSTM",
  config: { units, return_sequences: true, ...options },
});
function spec(...layers: object[]): ModelSpec {
  const read = readModel({ class_name: "Sequential", config: { layers } });
  assert.ok(read.ok);
  return read.value;
}
const tensor = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
});
const limitBytes = (): number => 2 ** 32;

describe("a check between devices", () => {
  const run = (model: ModelSpec, shape: number[], gpu: FakeGpu = {}, changes: object = {}): Promise<CheckReport> => {
    const order = { spec: model, weights: null, seed: 3, request: { x: tensor(...shape), ...changes } };
    return checkDevices(findDevices({ threads: 1 }, loaded(fakeAddon(gpu))), order, { limitBytes });
  };
  const gpuOf = (report: CheckReport): PairCheck => report.pairs.find(({ kind }) => kind === "cuda") as PairCheck;

  it("finds that all agree, tensor by tensor and step by step", async () => {
    const report = await run(spec(lstm(4), { class_name: "Bidirectional", config: { layer: lstm(3) } }), [2, 6, 3]);
    assert.deepEqual([report.reference, report.pairs.map(({ kind }) => kind), report.missing], ["js", ["cuda", "cpu"], []]);
    for (const pair of report.pairs) {
      assert.ok(pairAgrees(pair));
      assert.ok(largestOf(pair) < 1e-5);
      assert.deepEqual(
        stepSeries(pair).map(({ layer, prefix, steps }) => [layer, prefix, steps.length]),
        [
          [0, "", 6],
          [1, "forward/", 6],
          [1, "backward/", 6],
        ],
      );
      assert.ok(pair.tensors.some(({ name }) => name === "backward/gates/candidate"));
    }
  });

  it("names layer, tensor and step where one device is wrong, and only that device", async () => {
    // Second row, fourth step, first unit of the second layer's states: [2, 6, 3].
    let spoiled = 0;
    const afterRun: FakeGpu["afterRun"] = (outputs) => {
      const states = outputs.filter((output) => output.length === 2 * 6 * 3)[1] as Float32Array;
      states[(1 * 6 + 3) * 3] = 5;
      spoiled++;
    };
    const report = await run(spec(lstm(4), lstm(3)), [2, 6, 3], { afterRun });
    assert.equal(spoiled, 1);
    const first = firstBeyond(gpuOf(report));
    assert.deepEqual([first?.layer, first?.name, first?.firstBeyond, first?.at], [1, "states/h", 3, [1, 3, 0]]);
    assert.ok(pairAgrees(report.pairs.find(({ kind }) => kind === "cpu") as PairCheck));
  });

  it("tells a NaN that only one device has", async () => {
    const report = await run(spec(lstm(4)), [1, 3, 2], { afterRun: ([output]) => void ((output as Float32Array)[7] = NaN) });
    assert.equal(pairAgrees(gpuOf(report)), false);
    assert.deepEqual([gpuOf(report).tensors[0]?.mismatched, gpuOf(report).tensors[0]?.at], [1, [0, 1, 3]]);
  });

  it("takes a large batch in portions, with its mask, and finds the same", async () => {
    const sizes = new Set<number>();
    const afterRun: FakeGpu["afterRun"] = ([output]) => {
      sizes.add((output as Float32Array).length);
      // The first step of each portion's first row.
      (output as Float32Array)[0] = 9;
    };
    const [batch, time] = [1500, 40];
    const mask = { shape: [batch, time], data: Int32Array.from({ length: batch * time }, (_, i) => (i % 5 === 4 ? 0 : 1)) };
    const report = await run(spec(lstm(8)), [batch, time, 2], { afterRun }, { mask });
    const [output] = gpuOf(report).tensors;
    assert.ok(sizes.size > 1 && Math.max(...sizes) < batch * time * 8, `${[...sizes].join()}`);
    assert.deepEqual([output?.shape, output?.firstBeyond], [[batch, time, 8], 0]);
    assert.ok(pairAgrees(report.pairs.find(({ kind }) => kind === "cpu") as PairCheck));
  });

  it("keeps a fixed batch whole, starts from the states that are given, and leaves those of the model alone", async () => {
    const model = spec(lstm(3, { stateful: true, batch_input_shape: [2, 4, 2] }));
    const session = new Session(
      { device: "auto", threads: 1, memoryLimitBytes: 2 ** 30 },
      findDevices({ threads: 1 }, loaded(fakeAddon())),
    );
    const one = session.load(model, null, 7);
    await session.run(one, { x: tensor(2, 4, 2), capture: 0 });
    const before = one.states().map(({ data }) => [...data]);
    const report = await session.check(one, { x: tensor(2, 4, 2), initialState: [tensor(2, 3), tensor(2, 3)] });
    assert.ok(report.pairs.every(pairAgrees));
    assert.deepEqual(
      one.states().map(({ data }) => [...data]),
      before,
    );
    await session.dispose();
  });

  it("is content with outputs where gates and states at every step would take too much", async () => {
    const order = { spec: spec(lstm(8)), weights: null, seed: 3, request: { x: tensor(1, 500, 2) } };
    const report = await checkDevices(findDevices({ threads: 1 }, loaded(fakeAddon())), order, { limitBytes: () => 270_000 });
    assert.deepEqual(
      gpuOf(report).tensors.map(({ name }) => name),
      ["output", "h", "c"],
    );
    assert.equal(stepSeries(gpuOf(report))[0]?.timesteps, 500);
  });

  it("compares the one device that is asked for, and says which could not take part", async () => {
    const devices = findDevices({ threads: 1 }, loaded(fakeAddon({ cuda: { state: "no-driver" } })));
    const order = { spec: spec(lstm(2)), weights: null, seed: 3, request: { x: tensor(1, 2, 2) } };
    const report = await checkDevices(devices, order, { limitBytes });
    assert.deepEqual([report.pairs.map(({ kind }) => kind), report.missing.map(({ kind }) => kind)], [["cpu"], ["cuda"]]);
    assert.deepEqual((await checkDevices(devices, order, { limitBytes }, "cpu")).missing, []);
    await assert.rejects(checkDevices(devices, order, { limitBytes }, "cuda"), { code: "DEVICE_UNAVAILABLE", message: /NVIDIA driver/ });
    await assert.rejects(checkDevices(devices, order, { limitBytes }, "js"), { code: "INVALID_ARGUMENT" });
  });

  it("ends when it is cancelled, tells how far it is before, and frees its models", async () => {
    const addon = fakeAddon();
    const before = addon.debugLiveBytes();
    const abort = new AbortController();
    const order = { spec: spec(lstm(64)), weights: null, seed: 3, request: { x: tensor(1, 20_000, 2) } };
    let most = 0;
    const onProgress = (done: number, total: number): void => {
      assert.ok(done <= total);
      most = Math.max(most, done);
      abort.abort();
    };
    const check = checkDevices(findDevices({ threads: 1 }, loaded(addon)), order, { limitBytes, signal: abort.signal, onProgress });
    await assert.rejects(check, { code: "CANCELLED" });
    assert.ok(most > 0);
    assert.equal(addon.debugLiveBytes(), before);
  });
});
