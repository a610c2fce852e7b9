import * as assert from "node:assert/strict";
import { recurrent } from "./defaults.js";
import { initialWeights } from "./initializers.js";
import { orthogonal } from "./orthogonal.js";
import { Random } from "./random.js";
import type { ModelSpec, RecurrentSpec } from "./spec.js";

const model = (layer: RecurrentSpec): ModelSpec => ({ name: "m", kerasVersion: 3, input: [null, 4, 5], layers: [layer], seed: null });

function weights(layer: RecurrentSpec, seed: number): Record<string, Float32Array> {
  const drawn = initialWeights(model(layer), seed);
  assert.ok(drawn.ok);
  return Object.fromEntries(drawn.value.map((weight) => [weight.name.split("/")[1] as string, weight.data]));
}

describe("initial weights", () => {
  it("are the same for the same seed, others for another", () => {
    const layer = recurrent("GRU", 7);
    assert.deepEqual(weights(layer, 3), weights(layer, 3));
    assert.notDeepEqual(weights(layer, 3)["kernel"], weights(layer, 4)["kernel"]);
  });

  it("of a kernel lie within Glorot's limit and fill it", () => {
    const kernel = weights(recurrent("SimpleRNN", 200), 0)["kernel"] as Float32Array;
    const limit = Math.sqrt(6 / (5 + 200));
    const largest = Math.max(...kernel.map(Math.abs));
    assert.ok(largest <= limit && largest > 0.98 * limit);
    const mean = kernel.reduce((sum, v) => sum + v, 0) / kernel.length;
    assert.ok(Math.abs(mean) < 0.1 * limit);
  });

  it("of an LSTM's bias are one for the forget gate, else zero", () => {
    assert.deepEqual([...(weights(recurrent("LSTM", 2), 0)["bias"] as Float32Array)], [0, 0, 1, 1, 0, 0, 0, 0]);
    const plain = weights(recurrent("LSTM", 2, { unitForgetBias: false }), 0)["bias"] as Float32Array;
    assert.ok(plain.every((v) => v === 0));
  });
});

describe("orthogonal", () => {
  const shapes = [
    [1, 1],
    [3, 12],
    [7, 3],
    [32, 32],
    [33, 132],
    [70, 65],
  ] as const;
  for (const [rows, columns] of shapes) {
    it(`${rows} × ${columns} has orthonormal ${rows >= columns ? "columns" : "rows"}`, () => {
      const q = orthogonal([rows, columns], 1, new Random(5));
      const few = Math.min(rows, columns);
      const at = (i: number, k: number): number => (rows >= columns ? q[k * columns + i] : q[i * columns + k]) as number;
      for (let i = 0; i < few; i++) {
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k < Math.max(rows, columns); k++) product += at(i, k) * at(j, k);
          assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-12, `${i}, ${j}: ${product}`);
        }
      }
    });
  }

  it("is Q of the normal matrix, its columns signed so that R's diagonal is positive", () => {
    const n = 40;
    const random = new Random(9);
    const a = Array.from({ length: n * n }, () => random.normal());
    const q = orthogonal([n, n], 1, new Random(9));
    // a is drawn column by column; R = Qᵀ A is upper triangular with a positive diagonal.
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let r = 0;
        for (let k = 0; k < n; k++) r += (q[k * n + i] as number) * (a[j * n + k] as number);
        if (i === j) assert.ok(r > 0);
        else assert.ok(Math.abs(r) < 1e-10);
      }
    }
  });
});
