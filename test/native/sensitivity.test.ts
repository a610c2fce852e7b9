/** The addon's memory horizon: every shared vector, and the numbers of TypeScript over random stacks; what it refuses, and how it ends. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { activationNames } from "../../extension/core/model/activations.js";
import { lower } from "../../extension/core/model/lower.js";
import { programDirections, type ProgramLayer, type ProgramRecurrent } from "../../extension/core/model/program.js";
import { readModel } from "../../extension/core/model/read.js";
import type { HorizonTask } from "../../extension/engine/backend.js";
import type { NativeSensitivityArgs } from "../../extension/engine/binding.js";
import { createJsBackend } from "../../extension/engine/jsBackend.js";
import { createNativeHorizon } from "../../extension/engine/nativeHorizon.js";
import { loadAddon } from "../support/built.js";
import { modelOf, stacks } from "../support/horizons.js";
import { near } from "../support/near.js";
import { checkSensitivity, decodeRounded, loadSensitivityCases } from "../support/vectors.js";

const addon = loadAddon();
const native = createNativeHorizon(addon, 2);
const js = createJsBackend().horizon;
const cases = Number(process.env["UNROLL_CASES"] ?? 150);

describe("the native memory horizon", () => {
  it("gives the norms and gradients of every shared vector", async function () {
    this.timeout(60_000);
    for (const one of loadSensitivityCases()) {
      const { id, model, weights, x, options } = one;
      const spec = readModel(model);
      assert.ok(spec.ok, id);
      const program = lower(spec.value);
      const shape = [1, ...x.shape.slice(1)];
      const size = shape.reduce((product, d) => product * d, 1);
      const from = (options.sample ?? 0) * size;
      const layer = options.layer ?? program.map((each) => programDirections(each).length > 0).lastIndexOf(true);
      const task = { program, weights: weights.map((weight) => Float32Array.from(decodeRounded(weight))), layer, shape };
      const data = Float32Array.from(decodeRounded(x).slice(from, from + size));
      checkSensitivity(one, await native.start(task, data, null).finished);
    }
  });

  it("gives the numbers of TypeScript over random stacks of all layers, activations, merges and masks", async function () {
    this.timeout(20_000 + 400 * cases);
    const numbers = fc.infiniteStream(fc.double({ min: -0.9, max: 0.9, noNaN: true }));
    const masks = fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 4, maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(
        stacks,
        masks,
        numbers,
        fc.infiniteStream(fc.constantFrom(...activationNames)),
        async (layers, given, stream, names) => {
          const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => stream.next().value as number);
          const { task, mask } = modelOf(layers, given, draw);
          const program = task.program.map((layer) => activated(layer, () => names.next().value as string));
          const rounded: HorizonTask = { ...task, program, weights: task.weights.map((weight) => Float32Array.from(weight)) };
          const x = Float32Array.from(draw(task.shape.reduce((size, d) => size * d, 1)));
          if (layers.masking) x.fill(0, 2, 4);
          const handle = native.start(rounded, x, mask);
          const [got, expected] = [await handle.finished, await js.start(rounded, x, mask).finished];
          assert.equal(handle.progress(), native.plan(rounded).work);
          got.stateNorms.forEach((norm, t) => close(norm, expected.stateNorms[t] as number, 1e-9, `norm ${t}`));
          // Rounded to float32 from two sides.
          got.inputGradient.forEach((g, i) => close(g, expected.inputGradient[i] as number, 2e-7, `gradient ${i}`));
        },
      ),
      { seed: 22, numRuns: cases },
    );
  });

  it("refuses what does not fit, and arrays that overlap", async () => {
    const args = tiny();
    const refused = async (change: Partial<NativeSensitivityArgs>, code: string): Promise<void> => {
      const call = async (): Promise<void> => addon.sensitivity({ ...args, ...change }, addon.createCancelToken());
      await assert.rejects(call, { code });
    };
    await refused({ x: new Float32Array(7) }, "SHAPE_MISMATCH");
    await refused({ mask: new Uint8Array(3) }, "SHAPE_MISMATCH");
    await refused({ stateNorms: new Float64Array(3) }, "SHAPE_MISMATCH");
    await refused({ inputGradient: new Float32Array(9) }, "SHAPE_MISMATCH");
    await refused({ weights: args.weights.slice(1) }, "SHAPE_MISMATCH");
    await refused({ shape: [2, 4, 2] }, "SHAPE_MISMATCH");
    await refused({ layers: [] }, "INVALID_ARGUMENT");
    await refused({ inputGradient: args.x }, "INVALID_ARGUMENT");
    const both = new ArrayBuffer(64);
    await refused({ stateNorms: new Float64Array(both, 0, 4), inputGradient: new Float32Array(both, 24, 8) }, "INVALID_ARGUMENT");
    await refused({ x: new Float32Array(new SharedArrayBuffer(32)) }, "INVALID_ARGUMENT");
    assert.throws(() => addon.planSensitivity({ ...args, shape: [1, 2 ** 31, 2 ** 40] }), { code: "TOO_LARGE" });
    await addon.sensitivity(args, addon.createCancelToken());
    assert.equal(args.stateNorms[3], Math.sqrt(2));
  });

  it("never blocks this thread, ends soon after a cancel, and holds nothing then", async function () {
    this.timeout(30_000);
    const before = addon.debugLiveBytes();
    const lstm = { ...recurrent, kind: "lstm", units: 512 } as const;
    const weights = [2 * 2048, 512 * 2048, 2048].map((size) => new Float32Array(size).fill(0.01));
    const task: HorizonTask = { program: [lstm], weights, layer: 0, shape: [1, 500, 2] };
    const began = performance.now();
    const handle = native.start(task, new Float32Array(1000).fill(1), null);
    assert.ok(performance.now() - began < 1000);
    while (handle.progress() < 2e9) await new Promise((resolve) => setTimeout(resolve, 5));
    const cancelled = performance.now();
    handle.cancel();
    await assert.rejects(handle.finished, { code: "CANCELLED" });
    // 50 ms on an idle machine; a busy one has others to serve.
    assert.ok(performance.now() - cancelled < 1000);
    assert.ok(handle.progress() < native.plan(task).work);
    assert.equal(addon.debugLiveBytes(), before);
  });
});

const recurrent: ProgramRecurrent = {
  kind: "simple_rnn",
  units: 2,
  activation: "tanh",
  recurrentActivation: "sigmoid",
  useBias: true,
  returnSequences: false,
  goBackwards: false,
  zeroOutputForMask: false,
  resetAfter: true,
};

function tiny(): NativeSensitivityArgs {
  return {
    layers: [recurrent],
    weights: [new Float32Array(4).fill(0.5), new Float32Array(4).fill(0.5), new Float32Array(2)],
    backward: false,
    shape: [1, 4, 2],
    threads: 1,
    x: new Float32Array(8).fill(1),
    mask: null,
    stateNorms: new Float64Array(4),
    inputGradient: new Float32Array(8),
  };
}

/** The layer with other activations. */
function activated(layer: ProgramLayer, name: () => string): ProgramLayer {
  const own = (direction: ProgramRecurrent): ProgramRecurrent => ({ ...direction, activation: name(), recurrentActivation: name() });
  if (layer.kind === "stack") return { ...layer, cells: layer.cells.map(own) };
  if (layer.kind === "bidirectional") return { ...layer, forward: own(layer.forward), backward: own(layer.backward) };
  if (layer.kind === "dense" || layer.kind === "activation") return { ...layer, activation: name() };
  return programDirections(layer).length > 0 ? own(layer as ProgramRecurrent) : layer;
}

/** NaN and infinities agree too; what is next to nothing beside a state of about 1 has no digits. */
function close(got: number, expected: number, relative: number, what: string): void {
  if (!Number.isFinite(expected)) return assert.equal(String(got), String(expected), what);
  near(got, expected, relative * Math.abs(expected) + 1e-13, what);
}
