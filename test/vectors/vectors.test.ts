/** Every device against numbers from Keras, TensorFlow.js, onnxruntime and PyTorch, through the Node API. */
import * as assert from "node:assert/strict";
import { createEngine } from "../../extension/api/engine.js";
import type { Engine, NamedTensor } from "../../extension/api/types.js";
import { loadAddon } from "../support/built.js";
import {
  beyondFloat32,
  configOf,
  decode,
  loadCases,
  type VectorCase,
  type VectorTensor,
  weightsOf,
  worstRatio,
} from "../support/vectors.js";

const files = ["tutorial", "published", "grid", "onnx"];

function tensor(from: VectorTensor): { shape: number[]; data: Float32Array } {
  return { shape: from.shape, data: Float32Array.from(decode(from)) };
}

function ratioOf(outputs: NamedTensor[], expected: readonly VectorTensor[], tolerance: VectorCase["tolerance"]): number {
  assert.deepEqual(
    outputs.map((output) => output.shape),
    expected.map((wanted) => wanted.shape),
  );
  return Math.max(...expected.map((wanted, i) => worstRatio(outputs[i]?.data as Float32Array, wanted, tolerance)));
}

async function check(engine: Engine, testCase: VectorCase): Promise<void> {
  const model = await engine.load(configOf(testCase), { weights: weightsOf(testCase.layers) });
  try {
    const params = model.layers.reduce((sum, layer) => sum + (layer.params ?? NaN), 0);
    if (testCase.parameters !== undefined) assert.equal(params, testCase.parameters);
    for (const [i, call] of testCase.calls.entries()) {
      if (call.reset_states_before === true) await model.resetStates();
      const { outputs } = await model.run(tensor(call.inputs), {
        ...(call.mask && { mask: tensor(call.mask) }),
        ...(call.initial_state && { initialState: call.initial_state.map(tensor) }),
      });
      if (call.expected === null) continue;
      let ratio = ratioOf(outputs, call.expected, testCase.tolerance);
      if (ratio > 1 && call.expected_alternative) ratio = ratioOf(outputs, call.expected_alternative, testCase.tolerance);
      assert.ok(ratio <= 1, `call ${i}: ${ratio} × tolerance`);
      if (call.mask || call.initial_state || testCase.layers.some((layer) => JSON.stringify(layer).includes('"stateful":true'))) continue;
      // Again and again: the second and third time a tiny run goes its own, shorter way.
      for (let again = 0; again < 2; again++) {
        const repeated = await model.run(tensor(call.inputs));
        assert.deepEqual(
          repeated.outputs.map(({ name, shape, data }) => ({ name, shape, data: [...data] })),
          outputs.map(({ name, shape, data }) => ({ name, shape, data: [...data] })),
        );
      }
    }
  } finally {
    model.dispose();
  }
}

const targets = loadAddon().capabilities().cpuTargets;

for (const target of ["js", ...targets]) {
  describe(`vectors on ${target}`, () => {
    let engine: Engine;
    const asked = process.env["UNROLL_CPU_TARGET"];
    before(async () => {
      if (target !== "js") process.env["UNROLL_CPU_TARGET"] = target;
      engine = await createEngine({ device: target === "js" ? "js" : "cpu" });
      if (target !== "js") assert.match(engine.device.name, new RegExp(`\\(${target},`));
    });
    after(async () => {
      await engine.dispose();
      if (asked === undefined) delete process.env["UNROLL_CPU_TARGET"];
      else process.env["UNROLL_CPU_TARGET"] = asked;
    });
    for (const file of files) {
      const cases = loadCases(file);
      it(`${file}: ${cases.length} cases`, async function () {
        this.timeout(120_000);
        const failures: string[] = [];
        for (const testCase of cases) {
          if (beyondFloat32(testCase)) continue;
          try {
            await check(engine, testCase);
          } catch (error) {
            failures.push(`${testCase.id}: ${(error as Error).message}`);
          }
        }
        assert.deepEqual(failures, []);
      });
    }
  });
}
