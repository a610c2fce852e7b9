import assert from "node:assert/strict";
import type { RunView, TensorView } from "../../extension/core/protocol/results.js";
import type { Quantity } from "../../extension/core/trace/trace.js";
import { outputsOf, stripsOf } from "./outputs.js";
import { addressOfTensor, layerParts, ownPart, partAt, stripOf, stripOfTraced, tracedNow, tracedOfStrip } from "./parts.js";
import { initialChoices } from "./state.js";
import { model, testRun } from "./testRun.test.js";

const outputs = outputsOf(testRun);
const [, rnn, forward, backward] = stripsOf(outputs);

describe("what can be traced", () => {
  it("is each layer, and of a Bidirectional each direction", () => {
    const parts = layerParts(outputs).map(({ id, title, units, steps, reversed }) => [id, title, units, steps, reversed]);
    assert.deepEqual(parts, [
      ["0.0", "simple_rnn", 3, 4, false],
      ["1.0", "LSTM", 2, 4, false],
      ["1.1", "LSTM", 2, 4, true],
    ]);
  });

  it("is found from a strip, and leads back to it", () => {
    assert.ok(rnn !== undefined && forward !== undefined && backward !== undefined);
    assert.deepEqual(tracedOfStrip(backward, 1), { layer: 1, part: 1, unit: 1, quantity: "h" });
    for (const strip of [rnn, forward, backward]) {
      const part = partAt(outputs, tracedOfStrip(strip, 0));
      assert.equal(part === null ? null : stripOf(outputs, part)?.id, strip.id);
    }
  });

  it("is found from any tensor but the input, its step in the order of the input", () => {
    const tensor = (id: number) => testRun.tensors[id] as (typeof testRun.tensors)[number];
    assert.equal(addressOfTensor(outputs, tensor(0), [0, 1, 2]), null);
    const at = { layer: 1, row: 0, step: 3, unit: 1 };
    // The backward states stand as they were taken, the last step first.
    assert.deepEqual(addressOfTensor(outputs, tensor(8), [0, 0, 1]), { ...at, part: 1, quantity: "h" });
    assert.deepEqual(addressOfTensor(outputs, tensor(4), [0, 3, 1]), { ...at, part: 0, quantity: "output" });
    // A last state is of the last step taken.
    assert.deepEqual(addressOfTensor(outputs, tensor(6), [0, 1]), { ...at, step: 0, part: 1, quantity: "h" });
    assert.deepEqual(addressOfTensor(outputs, tensor(5), [0, 1]), { ...at, part: 0, quantity: "h" });
  });

  it("resolves an output of two directions side by side", () => {
    const output = { layer: 1, part: 0, quantity: "output" } as const;
    assert.deepEqual(ownPart(outputs, { ...output, unit: 3 }), { ...output, part: 1, unit: 1 });
    assert.deepEqual(ownPart(outputs, { ...output, unit: 1 }), { ...output, unit: 1 });
  });

  it("is picked among its own numbers: a cell state among cell states, what is merged among what is merged", () => {
    const every = (id: number, name: string, units: number) => ({ ...(testRun.tensors[7] as TensorView), id, name, shape: [1, 4, units] });
    const more = ["states/c", "gates/i", "gates/candidate"].flatMap((name, i) => [
      every(20 + 2 * i, `forward/${name}`, 2),
      every(21 + 2 * i, `backward/${name}`, 2),
    ]);
    const captured = outputsOf({ ...testRun, tensors: [...testRun.tensors, ...more] });
    const of = (quantity: Quantity, part: number) => stripOfTraced(captured, { layer: 1, part, unit: 0, quantity });
    assert.deepEqual([of("h", 0)?.tensor.name, of("h", 1)?.tensor.name], ["forward/states/h", "backward/states/h"]);
    assert.deepEqual([of("c", 1)?.tensor.name, of("c", 1)?.flipped, of("c", 1)?.id], ["backward/states/c", true, "1.backward"]);
    assert.deepEqual([of("i", 0)?.tensor.name, of("candidate", 1)?.tensor.name], ["forward/gates/i", "backward/gates/candidate"]);
    assert.equal(stripOfTraced(outputs, { layer: 1, part: 0, unit: 0, quantity: "c" }), null, "nobody captured it");
    const summed = structuredClone(captured.run) as RunView;
    const layers = (summed.model as unknown as typeof model).config.layers;
    Object.assign((layers[2] as { config: object }).config, { merge_mode: "sum" });
    const merged = stripOfTraced(outputsOf(summed), { layer: 1, part: 0, unit: 0, quantity: "output" });
    assert.deepEqual([merged?.tensor.name, merged?.offset, merged?.flipped], ["output", 0, false]);
  });

  it("is the state that is chosen in the tree, of its own direction, whichever strip was looked at", () => {
    const chosen = { ...initialChoices, strip: "1.forward", unit: 1 };
    assert.deepEqual(tracedNow(outputs, { ...chosen, tensor: 6 })?.part, 1, "backward/h");
    assert.deepEqual(tracedNow(outputs, { ...chosen, tensor: 5, strip: "1.backward" })?.part, 0, "forward/h");
    const cells = { ...(testRun.tensors[6] as TensorView), id: 30, name: "backward/c" };
    const now = tracedNow(outputsOf({ ...testRun, tensors: [...testRun.tensors, cells] }), { ...chosen, tensor: 30 });
    assert.deepEqual([now?.layer, now?.part, now?.unit, now?.quantity], [1, 1, 1, "c"]);
  });

  it("follows the strip that is looked at, the tensor in the tree, and what was chosen, in the other order", () => {
    const chosen = { ...initialChoices, tensor: 4, strip: "1.backward", unit: 1 };
    assert.deepEqual(tracedNow(outputs, chosen), { layer: 1, part: 1, unit: 1, quantity: "h" });
    const last = tracedNow(outputs, { ...chosen, tensor: 2, strip: "1.backward" });
    assert.deepEqual([last?.layer, last?.quantity, last?.unit], [0, "h", 1]);
    const own = { layer: 0, part: 0, unit: 2, quantity: "h" } as const;
    assert.deepEqual(tracedNow(outputs, { ...chosen, trace: own }), own);
    assert.notDeepEqual(tracedNow(outputs, { ...chosen, trace: { ...own, layer: 9 } }), { ...own, layer: 9 });
  });
});
