/** Model → code → model gives the same model: every preset, and random stacks of every layer and option. */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { say } from "../messages.js";
import * as defaults from "../model/defaults.js";
import { activationNames } from "../model/activations.js";
import { designerPresets, tutorialPresets } from "../model/presets.js";
import { readModel } from "../model/read.js";
import { mergeModes, type Initializer, type LayerSpec, type ModelSpec, type RecurrentSpec } from "../model/spec.js";
import { writeModel } from "../model/write.js";
import { readModelCode } from "./readModelCode.js";
import { type Target, targets, writeCode } from "./write/writeModelCode.js";

const presets = [...tutorialPresets, ...designerPresets];

function written(model: ModelSpec, target: Target): string {
  const code = writeCode(writeModel(model), target);
  assert.ok(code.ok, code.ok ? "" : say(code.error.message));
  return code.value;
}

/** What the code says, as the config that the designer would write. */
function readBack(code: string): ModelSpec {
  const [model, ...more] = readModelCode(code);
  assert.ok(model !== undefined && more.length === 0, `${more.length + 1} models in\n${code}`);
  assert.deepEqual(
    model.problems.map((problem) => say(problem.message)),
    [],
    code,
  );
  const spec = readModel(model.config);
  assert.ok(spec.ok, spec.ok ? "" : say(spec.error.message));
  return spec.value;
}

const size = fc.integer({ min: 1, max: 64 });
const activation = fc.constantFrom(...activationNames.filter((name) => name !== "hard_sigmoid_keras2"));
const rate = fc.constantFrom(0, 0.1, 0.25, 0.5);
const initializer: fc.Arbitrary<Initializer> = fc.constantFrom(
  { className: "GlorotUniform", config: {} },
  { className: "HeNormal", config: {} },
  { className: "Zeros", config: {} },
  { className: "RandomNormal", config: { mean: 0, stddev: 0.1 } },
  { className: "Constant", config: { value: 0.5 } },
);
const flags = {
  returnSequences: fc.boolean(),
  returnState: fc.boolean(),
  goBackwards: fc.boolean(),
  stateful: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
};
const cell: fc.Arbitrary<RecurrentSpec> = fc
  .record({
    className: fc.constantFrom("SimpleRNN" as const, "LSTM" as const, "GRU" as const),
    units: size,
    options: fc.record({
      ...flags,
      activation,
      useBias: fc.boolean(),
      dropout: rate,
      recurrentDropout: rate,
      kernelInitializer: initializer,
      recurrentInitializer: initializer,
      biasInitializer: initializer,
    }),
    recurrentActivation: activation,
    own: fc.boolean(),
  })
  .map(({ className, units, options, recurrentActivation, own }) =>
    defaults.recurrent(className, units, {
      ...options,
      ...(className !== "SimpleRNN" && { recurrentActivation }),
      ...(className === "LSTM" && { unitForgetBias: own }),
      ...(className === "GRU" && { resetAfter: own }),
    }),
  );
const both = fc.tuple(cell, fc.constantFrom(...mergeModes), fc.option(size)).map(([own, mergeMode, backward]): LayerSpec => {
  const wrapped = defaults.bidirectional(own, { mergeMode });
  return backward === null || wrapped.className !== "Bidirectional"
    ? wrapped
    : { ...wrapped, ownBackward: true, backward: { ...wrapped.backward, units: backward } };
});
const rnn = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 3 }), fc.record(flags)).map(([cells, own]) =>
  defaults.stack(
    cells.map((one, i) => ({ ...one, name: `cell_${i}` })),
    own,
  ),
);
const kept = fc.constantFrom(
  {},
  { kernel_regularizer: { module: "keras.regularizers", class_name: "L2", config: { l2: 0.01 }, registered_name: null } },
);
const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
  { weight: 4, arbitrary: cell },
  { weight: 2, arbitrary: both },
  rnn,
  fc
    .tuple(size, activation, fc.boolean(), kept)
    .map(([units, name, timeDistributed, own]) => defaults.dense(units, { activation: name, timeDistributed, kept: own })),
  fc.tuple(size, size, fc.boolean()).map(([inputs, outputs, maskZero]) => defaults.embedding(inputs, outputs, { maskZero })),
  fc.constantFrom(0, -1, 0.5).map((value) => defaults.masking(value)),
  activation.map((name) => defaults.activation(name)),
  rate.map((value) => defaults.dropout(value)),
  size.map((n) => defaults.repeatVector(n)),
  fc.constant<LayerSpec>({ className: "Flatten", name: "flatten", kept: {} }),
  fc
    .array(size, { minLength: 1, maxLength: 3 })
    .map((targetShape): LayerSpec => ({ className: "Reshape", name: "reshape", targetShape, kept: {} })),
);
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  fc.constantFrom("lstm_1", "gru", "hidden layer", 'say "hi"', "은닉층", "a\\b", "x#y", "{z}", "class"),
);
const input = fc.oneof(
  fc.constant(null),
  fc.tuple(fc.option(size), fc.option(size), size).map((shape) => [...shape]),
);
const stack: fc.Arbitrary<ModelSpec> = fc
  .record({ layers: fc.array(fc.tuple(layer, name), { minLength: 1, maxLength: 6 }), input, title: name })
  .map(({ layers, input: shape, title }) => {
    const taken = new Set<string>();
    const named = layers.map(([own, wanted]) => {
      const unique = defaults.uniqueName(wanted === "" ? own.name : wanted, taken);
      taken.add(unique);
      return { ...own, name: unique };
    });
    return { name: title === "" ? "sequential" : title, kerasVersion: 3, input: shape, layers: named, seed: null };
  });

describe("model → Keras code → model", () => {
  for (const preset of presets) {
    it(`is the same: ${preset.id}`, () => {
      const model = preset.build(null);
      assert.deepEqual(writeModel(readBack(written(model, "keras3"))), writeModel(model));
    });
  }

  it("is the same for random stacks, names and options", () => {
    fc.assert(
      fc.property(stack, (model) => {
        const code = written(model, "keras3");
        // An Embedding in front reads (batch, time), whether or not that is declared.
        const expected = model.input === null && model.layers[0]?.className === "Embedding" ? { ...model, input: [null, null] } : model;
        assert.deepEqual(writeModel(readBack(code)), writeModel(expected), code);
        assert.equal(written(model, "keras3"), code);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps Keras 2's hard_sigmoid", () => {
    const model = { ...(presets[4]?.build(null) as ModelSpec), kerasVersion: 2 as const };
    const old = { ...model, layers: model.layers.map((own) => ({ ...own, recurrentActivation: "hard_sigmoid_keras2" }) as LayerSpec) };
    assert.deepEqual(writeModel(readBack(written(old, "keras3"))), writeModel(old));
  });
});

describe("model → PyTorch code → model", () => {
  it("is the same where PyTorch can say it, but for names", () => {
    let said = 0;
    const sound = fc
      .record({ layers: fc.array(cell, { minLength: 1, maxLength: 3 }), wrap: fc.constantFrom(...mergeModes), units: size })
      .map(({ layers, wrap, units }): ModelSpec => {
        const plain = layers.map((own, i): LayerSpec => {
          const last = i === layers.length - 1;
          const one = {
            ...own,
            activation: own.className === "SimpleRNN" && own.units % 2 === 0 ? "relu" : "tanh",
            recurrentActivation: "sigmoid",
            resetAfter: true,
            stateful: false,
            zeroOutputForMask: false,
            dropout: 0,
            recurrentDropout: 0,
          };
          const fitting = { ...one, returnSequences: !last || own.returnSequences, returnState: last && own.returnState };
          return own.useBias && wrap !== null ? defaults.bidirectional({ ...fitting, goBackwards: false }, { mergeMode: wrap }) : fitting;
        });
        const head = layers.at(-1)?.returnState === true ? [] : [defaults.dense(units, { activation: "relu" }), defaults.dropout(0.5)];
        const named = [...plain, ...head].map((own, i) => ({ ...own, name: `layer_${i}` }) as LayerSpec);
        return { name: "sequential", kerasVersion: 3, input: [null, 4, 5], layers: named, seed: null };
      });
    fc.assert(
      fc.property(sound, (model) => {
        const code = writeCode(writeModel(model), "pytorch");
        assert.ok(code.ok, code.ok ? "" : say(code.error.message));
        said++;
        const anonymous = (layers: readonly LayerSpec[]): unknown =>
          layers.map((own) => {
            const plain = (one: RecurrentSpec): unknown => ({
              ...one,
              name: "",
              unitForgetBias: true,
              kernelInitializer: 0,
              recurrentInitializer: 0,
              biasInitializer: 0,
            });
            if (own.className === "Bidirectional") return { ...own, name: "", layer: plain(own.layer), backward: plain(own.backward) };
            return own.className === "SimpleRNN" || own.className === "LSTM" || own.className === "GRU" ? plain(own) : { ...own, name: "" };
          });
        assert.deepEqual(anonymous(readBack(code.value).layers), anonymous(model.layers), code.value);
      }),
      { numRuns: 200 },
    );
    assert.ok(said >= 200);
  });
});

describe("what is written", () => {
  it("is valid Python, whatever the names", function () {
    const python = spawnSync("python3", ["--version"]);
    if (python.status !== 0) return this.skip();
    const codes: string[] = [];
    fc.assert(
      fc.property(stack, (model) => {
        for (const target of targets) {
          const code = writeCode(writeModel(model), target);
          if (code.ok) codes.push(code.value);
          else assert.equal(code.error.code, "UNSUPPORTED");
        }
      }),
      { numRuns: 200 },
    );
    const check = "import ast, json, sys\nfor code in json.load(sys.stdin):\n    ast.parse(code)\n    compile(code, 'model', 'exec')";
    const result = spawnSync("python3", ["-c", check], { input: JSON.stringify(codes), encoding: "utf8", maxBuffer: 1 << 26 });
    assert.equal(result.status, 0, result.stderr);
    assert.ok(codes.length > 200);
  });
});
