import assert from "node:assert/strict";
import type { RunView, TensorView } from "../../extension/core/protocol/results.js";
import { countGates, farthest, gatedPart, gatedParts, lacksSteps, numbersOfSteps, panelsOf } from "./gates.js";
import { outputsOf } from "./outputs.js";
import { testRun } from "./testRun.test.js";

const base = testRun.tensors[7] as TensorView;
const captured: RunView = {
  ...testRun,
  tensors: [
    ...testRun.tensors,
    ...["forward", "backward"].flatMap((direction, d) =>
      ["states/c", "gates/i", "gates/f", "gates/candidate", "gates/o"].map((name, i) => ({
        ...base,
        id: 9 + 5 * d + i,
        name: `${direction}/${name}`,
        min: name === "gates/i" ? 0.2 : -1.5,
        max: name === "gates/i" ? 0.9 : 1.5,
      })),
    ),
  ],
};
const finding = { lowest: null, highest: null, nan: 0, shut: 0, open: 0, beyond: 0 };

describe("gates", () => {
  const outputs = outputsOf(captured);
  const [forward, backward] = gatedParts(outputs);
  assert.ok(forward !== undefined && backward !== undefined);

  it("are those of LSTM and GRU, a part a direction", () => {
    assert.deepEqual(
      gatedParts(outputs).map(({ direction }) => direction),
      ["forward", "backward"],
    );
    assert.equal(gatedPart(outputs, "1.backward"), backward);
    assert.equal(gatedPart(outputs, "0"), forward);
  });

  it("and states of every step are wanted where a layer returns its last state only", () => {
    assert.equal(lacksSteps(outputs), false);
    const last = { ...base, id: 1, layer: 0, layerName: "simple_rnn", name: "output", shape: [2, 3], axes: ["batch", "units"] as const };
    const model = { class_name: "Sequential", config: { layers: [{ class_name: "SimpleRNN", config: { units: 3 } }] } };
    const input = { ...(testRun.tensors[0] as TensorView), shape: [2, 4, 5] };
    const many = outputsOf({ ...testRun, model, tensors: [input, last] });
    assert.equal(lacksSteps(many), true);
    assert.equal(numbersOfSteps(many), 2 * 4 * 3 * 2);
  });

  it("stand in the order of the formula, each with its own tensor; a direction's own", () => {
    assert.deepEqual(
      panelsOf(outputs, backward).map(({ key, strip }) => [key, strip.tensor.name, strip.flipped]),
      ["i", "f", "candidate", "o"]
        .map((key) => [key, `backward/gates/${key}`, true])
        .concat([
          ["c", "backward/states/c", true],
          ["h", "backward/states/h", true],
        ]),
    );
    assert.deepEqual(panelsOf(outputsOf(testRun), forward).length, 1);
  });

  it("are amounts only where they lie within 0 and 1", () => {
    const kinds = panelsOf(outputs, forward).map(({ kind, scale }) => [kind, scale]);
    assert.deepEqual(kinds.slice(0, 2), [
      ["amount", 1],
      ["signed", 2],
    ]);
  });

  it("are counted together", () => {
    const panels = panelsOf(outputs, forward);
    const findings = panels.map(({ key }) => ({ ...finding, shut: 2, open: 1, beyond: key === "candidate" ? 5 : 0 }));
    assert.deepEqual(countGates(panels, findings, 8), { gates: 8, saturated: 3, candidates: 8, beyond: 5 });
    const low = { value: -3, unit: 1, step: 2 };
    assert.equal(farthest({ ...finding, lowest: low, highest: { value: 2, unit: 0, step: 0 } }), low);
  });
});
