import assert from "node:assert/strict";
import { addressText, shownShape } from "./convention.js";
import { callText, isReversed, outputsOf, stackText, stepsOf, stripsOf } from "./outputs.js";
import { testRun } from "./testRun.test.js";

describe("outputs of a run", () => {
  const outputs = outputsOf(testRun);
  const tensor = (id: number) => testRun.tensors[id] as (typeof testRun.tensors)[number];
  const bidirectional = outputs.model?.layers[1] ?? null;

  it("name the stack, what is returned, and hide what is twice there", () => {
    assert.ok(outputs.model !== null);
    assert.equal(stackText(outputs.model), "SimpleRNN(3) → Bidirectional(LSTM(2))");
    assert.equal(callText(outputs.model.layers[0] as never), "SimpleRNN(3)");
    assert.deepEqual(
      outputs.returned.map((entry) => entry.id),
      [4],
    );
    assert.deepEqual(
      outputs.layers[0]?.tensors.map((entry) => entry.id),
      [1, 2],
    );
    assert.equal(stepsOf(outputs), 4);
  });

  it("make one strip for the input and for each direction; the backward one is flipped", () => {
    const strips = stripsOf(outputs);
    assert.deepEqual(
      strips.map(({ id, units, flipped, reversed }) => ({ id, units, flipped, reversed })),
      [
        { id: "x", units: 5, flipped: false, reversed: false },
        { id: "0", units: 3, flipped: false, reversed: false },
        { id: "1.forward", units: 2, flipped: false, reversed: false },
        { id: "1.backward", units: 2, flipped: true, reversed: true },
      ],
    );
    assert.equal(isReversed(tensor(8), bidirectional), true);
    assert.equal(isReversed(tensor(4), bidirectional), false);
  });

  it("split a merged output where the states were not kept", () => {
    const strips = stripsOf(outputsOf({ ...testRun, tensors: testRun.tensors.filter((entry) => !entry.name.includes("states/")) }));
    assert.deepEqual(
      strips.slice(2).map(({ id, offset, units, flipped, reversed }) => [id, offset, units, flipped, reversed]),
      [
        ["1.forward", 0, 2, false, false],
        ["1.backward", 2, 2, false, true],
      ],
    );
  });

  it("have their axes in the order of the convention", () => {
    const shapes = (id: number, spec: typeof bidirectional) =>
      (["keras", "pytorch", "onnx"] as const).map((convention) => shownShape(tensor(id), spec, convention));
    assert.deepEqual(shapes(0, null), ["(1, 4, 5)", "(4, 1, 5)", "(4, 1, 5)"]);
    assert.deepEqual(shapes(4, bidirectional), ["(1, 4, 4)", "(4, 1, 4)", "(4, 2, 1, 2)"]);
    assert.deepEqual(shapes(5, bidirectional), ["(1, 2)", "(1, 1, 2)", "(1, 1, 2)"]);
    assert.equal(addressText(tensor(4), bidirectional, "onnx", [0, 2, 3]), "[2, 1, 0, 1]");
    assert.equal(addressText(tensor(4), bidirectional, "keras", [0, null, null]), "[0, :, :]");
    assert.equal(addressText(tensor(4), bidirectional, "pytorch", [0, null, null]), "[:, 0, :]");
  });
});
