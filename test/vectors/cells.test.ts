/** RNN over cells is the layer of its one cell, and over several the stack of their layers. Source: keras.layers.RNN, StackedRNNCells. */
import * as assert from "node:assert/strict";
import { createEngine } from "../../extension/api/engine.js";
import type { Engine, NamedTensor, RunOptions, Tensor } from "../../extension/api/types.js";

const [B, T, D] = [3, 7, 4];
const fill = (shape: number[], seed: number): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((p, d) => p * d, 1) }, (_, i) => Math.sin(i * 1.7 + seed) * 0.6),
});
const x = fill([B, T, D], 1);
const mask: Tensor = { shape: [B, T], data: Int32Array.from({ length: B * T }, (_, i) => (i % 5 === 0 || i < 3 ? 0 : 1)) };

/** [B, T, …] with its steps from the last to the first. */
function turned({ shape, data }: Tensor): Tensor {
  const width = shape[2] ?? 1;
  const out = data.slice();
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++) out.set(data.subarray((b * T + t) * width, (b * T + t + 1) * width), (b * T + T - 1 - t) * width);
  return { shape, data: out };
}

type Cell = [className: "SimpleRNN" | "LSTM" | "GRU", units: number, config?: object];
const gates = { SimpleRNN: 1, LSTM: 4, GRU: 3 };
const cells: Cell[] = [
  ["LSTM", 5],
  ["GRU", 3, { use_bias: false }],
  ["SimpleRNN", 6, { activation: "relu" }],
  ["GRU", 2, { reset_after: false, recurrent_activation: "hard_sigmoid" }],
];

function weights(list: readonly Cell[]): Tensor[] {
  let features = D;
  return list.flatMap(([className, units, config = {}], i) => {
    const columns = gates[className] * units;
    const own = [fill([features, columns], 10 * i), fill([units, columns], 10 * i + 1)];
    const after = className === "GRU" && !("reset_after" in config);
    if (!("use_bias" in config)) own.push(fill(after ? [2, columns] : [columns], 10 * i + 2));
    features = units;
    return own;
  });
}

const sequential = (layers: object[], batch: number | null = null): object => ({
  class_name: "Sequential",
  config: { layers: [{ class_name: "InputLayer", config: { batch_shape: [batch, null, D] } }, ...layers] },
});
const cellConfig = ([className, units, config = {}]: Cell): object => ({ class_name: `${className}Cell`, config: { units, ...config } });
const over = (list: readonly Cell[], flags: object): object => ({
  class_name: "RNN",
  config: { cell: { class_name: "StackedRNNCells", config: { cells: list.map(cellConfig) } }, ...flags },
});
/** The same as layers of their own: each returns sequences but the last. */
const apart = (list: readonly Cell[], { first = {}, last = {}, all = {} }: { first?: object; last?: object; all?: object }): object[] =>
  list.map(([className, units, config = {}], i) => ({
    class_name: className,
    config: {
      units,
      ...config,
      ...all,
      ...(i === 0 && first),
      ...(i === list.length - 1 ? last : { return_sequences: true }),
    },
  }));

function same(got: readonly NamedTensor[], wanted: readonly NamedTensor[], what: string): void {
  assert.deepEqual(
    got.map(({ shape }) => shape),
    wanted.map(({ shape }) => shape),
    what,
  );
  got.forEach((tensor, i) => assert.deepEqual([...tensor.data], [...(wanted[i] as NamedTensor).data], `${what}: ${tensor.name}`));
}

for (const device of ["js", "cpu"] as const) {
  describe(`RNN over cells on ${device}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await createEngine({ device });
    });
    after(() => engine.dispose());

    for (const list of [cells, cells.slice(0, 2), cells.slice(1, 2), cells.slice(3)]) {
      const names = list.map(([className, units]) => `${className} ${units}`).join(", ");
      for (const sequences of [true, false]) {
        for (const backwards of [true, false]) {
          for (const options of [{}, { mask }] as RunOptions[]) {
            it(`${names}${sequences ? ", sequences" : ""}${backwards ? ", backwards" : ""}${options.mask ? ", mask" : ""}`, async () => {
              const flags = { return_sequences: sequences, go_backwards: backwards };
              const stacked = await engine.load(sequential([over(list, { ...flags, return_state: true })]), { weights: weights(list) });
              const layers = apart(list, { first: { go_backwards: backwards }, last: { return_sequences: sequences } });
              const deep = await engine.load(sequential(layers), { weights: weights(list) });
              const got = await stacked.run(x, { ...options, capture: "gates" });
              if (backwards) {
                // The whole RNN reads the data turned round, its mask with it.
                const forward = await engine.load(sequential([over(list, { return_sequences: sequences, return_state: true })]), {
                  weights: weights(list),
                });
                const there = await forward.run(turned(x), { ...(options.mask && { mask: turned(options.mask) }), capture: "gates" });
                same(got.outputs, there.outputs, "turned round");
                same(got.layers[0]?.tensors ?? [], there.layers[0]?.tensors ?? [], "turned round");
              }
              // Layers of their own would each see the mask as the data has it.
              if (!(backwards && options.mask && list.length > 1)) {
                const wanted = await deep.run(x, { ...options, capture: "gates" });
                same(got.outputs.slice(0, 1), wanted.outputs.slice(0, 1), "output");
                const states = wanted.layers.flatMap(({ tensors }) => tensors.filter(({ name }) => name === "h" || name === "c"));
                same(got.outputs.slice(1), states, "states");
                const traces = wanted.layers.flatMap(({ tensors }) => tensors.filter(({ name }) => /^(states|gates)/.test(name)));
                const own = (got.layers[0]?.tensors ?? []).filter(({ name }) => /(states|gates)\//.test(name));
                same(own, traces, "traces");
              }
              assert.equal(stacked.layers[0]?.className, "RNN");
              assert.equal(
                stacked.layers[0]?.params,
                deep.layers.reduce((sum, layer) => sum + (layer.params ?? NaN), 0),
              );
            });
          }
        }
      }
    }

    it("takes and gives the states of all its cells in their order, and keeps them where it is stateful", async () => {
      const list = cells.slice(0, 2);
      const states = [fill([B, 5], 3), fill([B, 5], 4), fill([B, 3], 5)];
      const plain = await engine.load(sequential([over(list, { return_state: true })]), { weights: weights(list) });
      const first = await plain.run(x, { initialState: states });
      assert.deepEqual(
        first.outputs.map(({ name }) => name),
        ["output", "cells/0/h", "cells/0/c", "cells/1/h"],
      );
      const second = await plain.run(x, { initialState: first.outputs.slice(1) });
      const stateful = await engine.load(sequential([over(list, { return_state: true, stateful: true })], B), { weights: weights(list) });
      await stateful.resetStates(states);
      await stateful.run(x);
      same((await stateful.run(x)).outputs, second.outputs, "second run");
      same(await stateful.states(), second.outputs.slice(1), "kept states");
      await assert.rejects(plain.run(x, { initialState: states.slice(1) }), { code: "SHAPE_MISMATCH" });
    });

    it("refuses cells that it does not know, by name", async () => {
      const unknown = { class_name: "RNN", config: { cell: { class_name: "MinimalRNNCell", config: { units: 3 } } } };
      await assert.rejects(engine.load(sequential([unknown])), (error: Error & { code?: string }) => {
        assert.equal(error.code, "UNSUPPORTED");
        return error.message.includes("MinimalRNNCell");
      });
      const none = { class_name: "RNN", config: { cell: [] } };
      await assert.rejects(engine.load(sequential([none])), { code: "INVALID_ARGUMENT" });
    });
  });
}
