/** Every device against numbers from Keras, TensorFlow.js, onnxruntime and PyTorch, through the Node API. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { createEngine } from "../../extension/api/engine.js";
import type { DeviceKind, Engine, NamedTensor } from "../../extension/api/types.js";
import { emulatorFile, loadAddon } from "../support/built.js";
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

/** A device, what asks for it, and how its name shows that it was given. */
interface Target {
  readonly name: string;
  readonly device: DeviceKind;
  readonly env: Readonly<Record<string, string>>;
  readonly shown: RegExp;
}

const targets: readonly Target[] = [
  { name: "js", device: "js", env: {}, shown: /JavaScript/ },
  ...loadAddon()
    .capabilities()
    .cpuTargets.map((name): Target => ({ name, device: "cpu", env: { UNROLL_CPU_TARGET: name }, shown: new RegExp(`\\(${name},`) })),
  // Where there is one: this is what npm run test:gpu asks for.
  ...(loadAddon().capabilities().cuda.state === "ready" ? [{ name: "the GPU", device: "cuda", env: {}, shown: /./ } as const] : []),
  { name: "the emulated GPU", device: "cuda", env: { UNROLL_CUDA_EMULATOR: "1" }, shown: /emulated/i },
];

for (const { name, device, env, shown } of targets) {
  describe(`vectors on ${name}`, () => {
    let engine: Engine;
    const found = Object.keys(env).map((key) => [key, process.env[key]] as const);
    before(async function () {
      if (device === "cuda" && !fs.existsSync(emulatorFile)) {
        console.log("      the emulated addon is not there (npm run build:emulator); it is built on Linux only");
        this.skip();
      }
      Object.assign(process.env, env);
      engine = await createEngine({ device });
      assert.match(engine.device.name, shown);
    });
    after(async () => {
      await engine?.dispose();
      for (const [key, value] of found) {
        if (value === undefined) Reflect.deleteProperty(process.env, key);
        else process.env[key] = value;
      }
    });
    for (const file of files) {
      const cases = loadCases(file);
      it(`${file}: ${cases.length} cases`, async function () {
        this.timeout(120_000);
        const failures: string[] = [];
        for (const testCase of cases) {
          // A GPU's tensor cores may take a subnormal number for zero.
          if (beyondFloat32(testCase) || (device === "cuda" && testCase.id.startsWith("denormal/"))) continue;
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
