/** Written NumPy and PyTorch code, run where Python has these packages, gives what our engine gives. */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { createEngine } from "../../api/engine.js";
import type { NamedTensor, Tensor } from "../../api/types.js";
import { say } from "../messages.js";
import { activationNames } from "../model/activations.js";
import * as defaults from "../model/defaults.js";
import { designerPresets, tutorialPresets } from "../model/presets.js";
import { flowOf } from "../model/shapes.js";
import { directionsOf, type LayerSpec, mergeModes, type ModelSpec } from "../model/spec.js";
import { writeModel } from "../model/write.js";
import { type Target, writeCode } from "./write/writeModelCode.js";

/** Debian's packages belong to this Python. */
const pythons = ["/usr/bin/python3", "python3"];

function pythonWith(packages: string): string | undefined {
  return pythons.find((python) => spawnSync(python, ["-c", `import ${packages}`]).status === 0);
}

interface Task {
  readonly code: string;
  readonly x: number[];
  readonly shape: number[];
  readonly ids: boolean;
  readonly weights: { shape: number[]; data: number[] }[];
}

const head = `
import json, sys
import numpy as np
results = []
for task in json.load(sys.stdin):
    x = np.array(task["x"], dtype=np.float64).reshape(task["shape"])
    weights = [np.array(w["data"], dtype=np.float64).reshape(w["shape"]) for w in task["weights"]]
    space = {"__name__": "written"}
    exec(compile(task["code"], "model.py", "exec"), space)
`;
const tail = `
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    results.append([{"shape": list(o.shape), "data": [float(v) for v in np.asarray(o).ravel()]} for o in outputs])
print(json.dumps(results))
`;
const runNumpy = `${head}
    assert [w.shape for w in weights] == space["SHAPES"]
    outputs = space["model"](x, weights)
${tail}`;
/** Keras's kernels are transposed, its GRU has z before r; the LSTM has one bias for two. */
const runTorch = `
import torch
from torch import nn
def gates(module, w):
    if not isinstance(module, nn.GRU): return w.T
    z, r, h = np.split(w, 3, axis=-1)
    return np.concatenate([r, z, h], axis=-1).T
${head}
    torch.set_default_dtype(torch.float64)
    model = space["model"].double().eval()
    left = list(weights)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                module.weight.copy_(torch.from_numpy(left.pop(0).T.copy()))
                if module.bias is not None: module.bias.copy_(torch.from_numpy(left.pop(0)))
            elif isinstance(module, nn.Embedding):
                module.weight.copy_(torch.from_numpy(left.pop(0)))
            elif isinstance(module, nn.RNNBase):
                for side in ["", "_reverse"] if module.bidirectional else [""]:
                    for name in ["weight_ih_l0", "weight_hh_l0"]:
                        getattr(module, name + side).copy_(torch.from_numpy(gates(module, left.pop(0)).copy()))
                    if not module.bias: continue
                    bias = left.pop(0)
                    rows = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
                    for name, row in zip(["bias_ih_l0", "bias_hh_l0"], rows):
                        getattr(module, name + side).copy_(torch.from_numpy(gates(module, row).copy()))
        assert not left
        outputs = model(torch.from_numpy(x.astype(np.int64) if task["ids"] else x))
        outputs = tuple(o.numpy() for o in outputs) if isinstance(outputs, tuple) else outputs.numpy()
${tail}`;

function ran(python: string, script: string, tasks: readonly Task[]): Tensor[][] {
  const result = spawnSync(python, ["-c", script], { input: JSON.stringify(tasks), encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(result.status, 0, result.stderr.slice(-2000));
  return JSON.parse(result.stdout, (_, value: unknown) => value) as Tensor[][];
}

const size = fc.integer({ min: 1, max: 5 });
/** Without those that overflow in a few steps. */
const activation = fc.constantFrom(...activationNames.filter((name) => name !== "exponential" && name !== "linear"));

/** A recurrent layer with any option. */
const recurrent = fc
  .record({
    className: fc.constantFrom("SimpleRNN" as const, "LSTM" as const, "GRU" as const),
    units: size,
    useBias: fc.boolean(),
    goBackwards: fc.boolean(),
    zeroOutputForMask: fc.boolean(),
    resetAfter: fc.boolean(),
    plain: fc.boolean(),
    acts: fc.tuple(activation, activation),
    merge: fc.option(fc.constantFrom(...mergeModes.filter((mode) => mode !== null))),
  })
  .map(({ className, units, plain, acts, merge, resetAfter, ...options }): LayerSpec => {
    const own = defaults.recurrent(className, units, {
      ...options,
      ...(className === "GRU" && { resetAfter }),
      ...(!plain && { activation: acts[0], ...(className !== "SimpleRNN" && { recurrentActivation: acts[1] }) }),
    });
    return merge === null ? own : defaults.bidirectional(own, { mergeMode: merge });
  });
const between: fc.Arbitrary<LayerSpec> = fc.oneof(
  recurrent,
  fc.constant(defaults.dropout(0.3)),
  activation.map((name) => defaults.activation(name)),
  fc.tuple(size, activation).map(([units, name]) => defaults.dense(units, { activation: name })),
);
const first: fc.Arbitrary<LayerSpec | null> = fc.oneof(
  fc.constant(null),
  fc.constant(defaults.masking(0)),
  fc.tuple(size, fc.boolean()).map(([units, maskZero]) => defaults.embedding(6, units, { maskZero })),
);
const end = fc.record({ last: recurrent, returnSequences: fc.boolean(), returnState: fc.boolean(), n: size });

function withFlags(layer: LayerSpec, flags: { returnSequences: boolean; returnState: boolean }): LayerSpec {
  if (layer.className === "Bidirectional") {
    const inner = { ...layer.layer, ...flags };
    return { ...layer, layer: inner, backward: defaults.mirrorOf(inner) };
  }
  return directionsOf(layer).length > 0 ? ({ ...layer, ...flags } as LayerSpec) : layer;
}

const model = fc
  .tuple(first, fc.array(between, { maxLength: 3 }), end)
  .map(([start, middle, { last, returnSequences, returnState, n }]): ModelSpec => {
    const inner = middle.map((layer) => withFlags(layer, { returnSequences: true, returnState: false }));
    const tails: LayerSpec[] = returnState
      ? []
      : returnSequences
        ? [{ className: "Flatten", name: "flatten", kept: {} }]
        : [defaults.repeatVector(n), defaults.dense(n, { timeDistributed: true })];
    const layers = [...(start === null ? [] : [start]), ...inner, withFlags(last, { returnSequences, returnState }), ...tails];
    const named = layers.map((layer, i) => ({ ...layer, name: `layer_${i}` }) as LayerSpec);
    return {
      name: "sequential",
      kerasVersion: 3,
      input: start?.className === "Embedding" ? [null, 4] : [null, 4, 3],
      layers: named,
      seed: null,
    };
  });

/** A few sequences; the first ends in steps that a mask leaves out. */
function dataFor(of: ModelSpec, seed: number): Tensor {
  const ids = of.layers[0]?.className === "Embedding";
  const shape = of.layers[0]?.className === "RepeatVector" ? [2, 5] : ids ? [2, 4] : [2, ...(of.input ?? []).slice(1).map((d) => d ?? 4)];
  const count = shape.reduce((product, d) => product * d, 1);
  const values = Array.from({ length: count }, (_, i) =>
    i > 1 && i < count / 3 ? 0 : ids ? (i * 7 + seed) % 6 : Math.sin(i * 1.7 + seed),
  );
  return { shape, data: ids ? Int32Array.from(values) : Float32Array.from(values) };
}

async function compare(models: readonly ModelSpec[], target: Target, python: string): Promise<number> {
  const engine = await createEngine({ device: "js" });
  const tasks: Task[] = [];
  const expected: NamedTensor[][] = [];
  for (const [i, spec] of models.entries()) {
    const config = writeModel(spec);
    const code = writeCode(config, target);
    if (!code.ok) {
      assert.equal(code.error.code, "UNSUPPORTED", say(code.error.message));
      continue;
    }
    const loaded = await engine.load(config, { seed: i });
    const x = dataFor(spec, i);
    expected.push((await loaded.run(x)).outputs);
    const weights = loaded.weights().map(({ shape, data }) => ({ shape, data: [...data] }));
    tasks.push({ code: code.value, x: [...x.data], shape: x.shape, ids: x.data instanceof Int32Array, weights });
  }
  await engine.dispose();
  const got = ran(python, target === "numpy" ? runNumpy : runTorch, tasks);
  for (const [i, outputs] of expected.entries()) {
    const code = tasks[i]?.code ?? "";
    assert.equal(got[i]?.length, outputs.length, code);
    outputs.forEach(({ shape, data }, k) => {
      const own = got[i]?.[k] as Tensor;
      assert.deepEqual(own.shape, shape, code);
      data.forEach((value, at) =>
        assert.ok(
          Math.abs(value - (own.data[at] as number)) <= 2e-6 * Math.max(1, Math.abs(value)),
          `${value} and ${own.data[at]} in\n${code}`,
        ),
      );
    });
  }
  return expected.length;
}

const presets = [...tutorialPresets, ...designerPresets]
  .map((preset) => preset.build(null))
  .map((spec) => (spec.layers[0]?.className === "Embedding" ? { ...spec, input: [null, 4] } : spec));

describe("written code, run by Python", function () {
  this.timeout(120_000);

  it("NumPy: every preset and random stacks with any activation, mask, direction and reset", async function () {
    const python = pythonWith("numpy");
    if (python === undefined) {
      console.log("      no Python with numpy: written NumPy code was not run");
      return this.skip();
    }
    const stacks = fc.sample(model, 150).filter((spec) => flowOf(spec).every((flow) => flow.problem === null));
    assert.ok((await compare([...presets, ...stacks], "numpy", python)) > 100);
  });

  it("NumPy: a script runs as it is, with random weights or those of weights.npz", function () {
    const python = pythonWith("numpy");
    if (python === undefined) return this.skip();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "unroll-code-"));
    const code = writeCode(writeModel(presets[6] as ModelSpec), "numpy");
    assert.ok(code.ok);
    fs.writeFileSync(path.join(folder, "model.py"), code.value);
    const run = (...args: string[]): string => {
      const { stdout, stderr } = spawnSync(python, args, { cwd: folder, encoding: "utf8" });
      return stdout + stderr;
    };
    assert.match(run("model.py"), /^\(1, 4, 6\)\n/);
    const random = run("model.py");
    const save = "import numpy as np, runpy; np.savez('weights.npz', *map(np.ones, runpy.run_path('model.py')['SHAPES']))";
    assert.equal(run("-c", save), "");
    assert.match(run("model.py"), /^\(1, 4, 6\)\n/);
    assert.notEqual(run("model.py"), random);
    run("-c", "import numpy as np; np.savez('weights.npz', np.ones(3))");
    assert.match(run("model.py"), /holds the weights of another model/);
    fs.rmSync(folder, { recursive: true });
  });

  it("PyTorch: every preset and random stacks, where PyTorch can say it", async function () {
    const python = pythonWith("torch, numpy");
    if (python === undefined) {
      console.log("      no Python with torch: written PyTorch code was not run");
      return this.skip();
    }
    const plain = fc.sample(model, 400).filter((spec) => writeCode(writeModel(spec), "pytorch").ok);
    assert.ok(plain.length > 20);
    assert.ok((await compare([...presets, ...plain], "pytorch", python)) > 30);
  });
});
