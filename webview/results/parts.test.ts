import assert from "node:assert/strict";
import { outputsOf, stripsOf } from "./outputs.js";
import { addressOfTensor, layerParts, ownPart, partAt, stripOf, tracedNow, tracedOfStrip } from "./parts.js";
import { initialChoices } from "./state.js";
import { testRun } from "./testRun.test.js";

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
