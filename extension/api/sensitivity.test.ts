/** What Model.sensitivity refuses, whose state it takes, and that it can be cancelled; in this process and in a child. */
import assert from "node:assert/strict";
import { createEngine } from "./engine.js";
import type { Engine, Model, Tensor } from "./types.js";

interface Layer {
  readonly class_name: string;
  readonly config: object;
}
const sequential = (input: readonly (number | null)[], ...layers: readonly Layer[]): object => ({
  class_name: "Sequential",
  config: { layers: [{ class_name: "InputLayer", config: { batch_shape: [null, ...input] } }, ...layers] },
});
const layer = (class_name: string, config: object): Layer => ({ class_name, config });
const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((size, d) => size * d, 1) }, (_, i) => Math.sin(i)),
});

const engines = [
  { device: "cpu", isolation: "inProcess" },
  { device: "cpu", isolation: "process" },
  { device: "js", isolation: "inProcess" },
] as const;

for (const { device, isolation } of engines) {
  describe(`Model.sensitivity, ${device}, ${isolation}`, function () {
    this.timeout(30_000);
    let engine: Engine;
    before(async () => (engine = await createEngine({ device, isolation })));
    after(() => engine.dispose());
    const load = (...layers: Layer[]): Promise<Model> => engine.load(sequential([null, 2], ...layers));

    it("takes the last recurrent layer, or one by index or name; dropout and layers that are switched off are nothing", async () => {
      const lstm = layer("LSTM", { name: "low", units: 3, return_sequences: true });
      const gru = layer("GRU", { name: "high", units: 4 });
      const plain = await load(lstm, gru);
      const x = tensor(2, 6, 2);
      const high = await plain.sensitivity(x, { sample: 1 });
      assert.equal(high.stateNorms.length, 6);
      assert.deepEqual([high.stateNorms[5], high.inputGradient.shape], [2, [6, 2]]);
      assert.deepEqual(await plain.sensitivity(x, { sample: 1, layer: "high" }), high);
      assert.deepEqual(await plain.sensitivity({ shape: [6, 2], data: x.data.slice(12) }, { layer: 1 }), high);
      const low = await plain.sensitivity(x, { layer: 0 });
      assert.ok(Math.abs((low.stateNorms[5] as number) - Math.sqrt(3)) < 1e-12);
      // Weights are drawn layer by layer: given ones make the two models one.
      const weights = plain.weights();
      const off = { unroll: { disabled: [{ position: 1, layer: layer("Dense", { name: "off", units: 2 }) }] } };
      const drop = layer("Dropout", { name: "drop", rate: 0.5 });
      for (const other of [sequential([null, 2], lstm, drop, gru), { ...sequential([null, 2], lstm, gru), ...off }]) {
        const same = await engine.load(other, { weights });
        assert.deepEqual(await same.sensitivity(x, { sample: 1, layer: "high" }), high);
      }
    });

    it("skips masked steps, whose numbers have no gradient", async () => {
      const model = await load(layer("SimpleRNN", { name: "rnn", units: 2 }));
      const mask = { shape: [1, 4], data: Int32Array.from([1, 0, 1, 0]) };
      const { stateNorms, inputGradient } = await model.sensitivity(tensor(1, 4, 2), { mask });
      assert.equal(stateNorms[2], stateNorms[3]);
      assert.notEqual(stateNorms[0], stateNorms[2]);
      assert.deepEqual(
        [...inputGradient.data].map((g) => g === 0),
        [false, false, true, true, false, false, true, true],
      );
    });

    it("refuses by name and number, before anything is computed", async () => {
      const rnn = layer("SimpleRNN", { name: "rnn", units: 2 });
      const model = await load(rnn, layer("Dense", { name: "head", units: 1 }));
      const x = tensor(1, 4, 2);
      const refused = (options: object, code: string, message: RegExp): Promise<void> =>
        assert.rejects(model.sensitivity(x, options), { code, message });
      await refused({ layer: 2 }, "INVALID_ARGUMENT", /no layer 2.*0 rnn/);
      await refused({ layer: "none" }, "INVALID_ARGUMENT", /no layer none.*0 rnn/);
      await refused({ layer: -1 }, "INVALID_ARGUMENT", /layer/);
      await refused({ layer: {} }, "INVALID_ARGUMENT", /layer/);
      await refused({ layer: "head" }, "INVALID_ARGUMENT", /Dense 1 keeps no state.*0 rnn/);
      await refused({ sample: 1 }, "INVALID_ARGUMENT", /sample 1/);
      await refused({ sample: 0.5 }, "INVALID_ARGUMENT", /sample/);
      await refused({ mask: tensor(1, 3) }, "SHAPE_MISMATCH", /\(1, 4\)/);
      await assert.rejects(model.sensitivity(tensor(1, 4, 3)), { code: "SHAPE_MISMATCH" });
      await assert.rejects(model.sensitivity({ shape: [1, 4, 2], data: new Float32Array(7) }), { code: "SHAPE_MISMATCH" });
      await assert.rejects(model.sensitivity({ shape: [1, -4, 2], data: new Float32Array(8) }), { code: "INVALID_ARGUMENT" });
      await assert.rejects(model.sensitivity(null as unknown as Tensor), { code: "INVALID_ARGUMENT" });
      const dense = await load(layer("Dense", { units: 1 }));
      await assert.rejects(dense.sensitivity(x), { code: "INVALID_ARGUMENT", message: /no recurrent layer/ });
      const words = await engine.load(sequential([null], layer("Embedding", { name: "words", input_dim: 5, output_dim: 2 }), rnn));
      const ids = { shape: [1, 3], data: Int32Array.from([1, 2, 3]) };
      await assert.rejects(words.sensitivity(ids), { code: "UNSUPPORTED", message: /“words”.*gradient/ });
      const [units, steps] = device === "js" ? [256, 100_000] : [1024, 20_000];
      const wide = await load(layer("SimpleRNN", { units, recurrent_initializer: "zeros" }));
      const message = device === "js" ? /1\.7e\+12.*1\.0e\+12/ : /2\.2e\+13.*2\.0e\+13/;
      await assert.rejects(wide.sensitivity(tensor(1, steps, 2)), { code: "TOO_LARGE", message });
      assert.equal((await model.sensitivity(x)).stateNorms.length, 4);
    });

    it("tells how far it is, and ends soon after a cancel; the next one is computed", async () => {
      const model = await load(layer("LSTM", { name: "lstm", units: 128 }));
      const abort = new AbortController();
      const seen: number[] = [];
      const onProgress = (done: number, total: number): void => {
        seen.push(done / total);
        if (seen.length === 2) abort.abort();
      };
      await assert.rejects(model.sensitivity(tensor(1, 5000, 2), { signal: abort.signal, onProgress }), { code: "CANCELLED" });
      assert.ok(seen.length < 20 && seen.every((part, i) => part > (seen[i - 1] ?? 0) && part < 1), String(seen));
      await assert.rejects(model.sensitivity(tensor(1, 5, 2), { signal: abort.signal }), { code: "CANCELLED" });
      assert.equal((await model.sensitivity(tensor(1, 5, 2))).stateNorms.length, 5);
    });

    it("neither reads nor changes the states that a model keeps", async () => {
      const model = await engine.load({
        class_name: "Sequential",
        config: { layers: [layer("GRU", { units: 2, stateful: true, batch_input_shape: [1, null, 2] })] },
      });
      const x = tensor(1, 3, 2);
      const before = await model.sensitivity(x);
      await model.run(x);
      const kept = await model.states();
      assert.deepEqual(await model.sensitivity(x), before);
      assert.deepEqual(await model.states(), kept);
    });
  });
}
