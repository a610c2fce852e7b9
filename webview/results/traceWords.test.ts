import assert from "node:assert/strict";
import type { CellTrace, Ledger, Term } from "../../extension/core/trace/trace.js";
import { memoryOf } from "../../extension/core/memory.js";
import { memorySentence, memoryWarning, shareText } from "./memoryWords.js";
import { outputsOf } from "./outputs.js";
import { layerParts, type LayerPart } from "./parts.js";
import { testRun } from "./testRun.test.js";
import { numberName, passingSentence, placeOf, recipe, slopeSentence, sumSentence, termName } from "./traceWords.js";

const outputs = outputsOf(testRun);
const at = { layer: 0, part: 0, row: 0, step: 2, unit: 1, quantity: "h" } as const;
const input = { layer: -1, part: 0, step: 2, quantity: "output" } as const;
const term: Term = { source: "h", index: 0, value: -0.8386, weight: 0.8115, factor: null, product: -0.6805 };
const ledger: Ledger = {
  gate: "h",
  order: "given",
  from: 0,
  before: 0,
  terms: [term],
  count: 9,
  biases: 1,
  largest: term,
  sum: -0.3921,
  activation: "tanh",
  value: -0.3732,
  slope: 0.861,
};
const cell: CellTrace = {
  kind: "cell",
  at,
  value: -0.3732,
  engine: -0.3732,
  input,
  cell: "simple_rnn",
  activation: "tanh",
  resetAfter: true,
  gates: [],
  hBefore: -0.9,
  h: -0.3732,
  c: null,
  stepBefore: 1,
  ledger,
};

describe("words of a trace", () => {
  it("say what the mockup says", () => {
    assert.equal(numberName(outputs, at), "h₃[2]");
    assert.equal(placeOf(outputs, at), "simple_rnn · step 3 · unit 2");
    assert.equal(
      sumSentence(outputs, cell, ledger),
      "8 products and the bias add up to −0.3921; tanh gives −0.3732. Largest pull: h₂[1] (−0.68).",
    );
    assert.equal(slopeSentence(ledger), "Still sensitive: a change of 0.10 in the sum moves the result by about 0.086.");
    assert.match(slopeSentence({ ...ledger, slope: 0.05 }), /^Nearly saturated.* only 0\.005\.$/);
  });

  it("name a direction's number by its own unit, and the start state as step 0", () => {
    const output = { ...at, layer: 1, unit: 3, quantity: "output" } as const;
    assert.equal(numberName(outputs, output), "h₃[2]");
    assert.equal(placeOf(outputs, output), "LSTM · backward · step 3 · unit 2");
    assert.equal(termName(term, { ...cell, stepBefore: null }, true), "h₀[1]");
    assert.equal(termName({ ...term, source: "x" }, cell, false), "x[1]");
    assert.equal(termName({ ...term, source: "recurrentBias", index: 4 }, cell, true), "b′[5]");
  });

  it("write an LSTM's and a GRU's formula with the step's numbers", () => {
    const gate = (key: "i" | "f" | "o" | "z" | "candidate", value: number) => ({
      key,
      activation: "sigmoid",
      sum: 0,
      value,
      engine: value,
    });
    const lstm: CellTrace = {
      ...cell,
      cell: "lstm",
      gates: [gate("i", 0.5), gate("f", 0.25), gate("candidate", -0.5), gate("o", 0.75)],
      c: { before: 1, value: 0, activated: 0 },
      h: 0,
    };
    assert.deepEqual(recipe(lstm), [
      "h₃ = o · tanh(c₃) = 0.7500 × 0.0000 = 0.0000",
      "c₃ = f · c₂ + i · c̃ = 0.2500 × 1.0000 + 0.5000 × (−0.5000) = 0.0000",
    ]);
    const gru: CellTrace = { ...cell, cell: "gru", gates: [gate("z", 0.25), gate("candidate", 1)], hBefore: -1, h: 0.5, stepBefore: null };
    assert.deepEqual(recipe(gru), ["h₃ = z · h₀ + (1 − z) · c̃ = 0.2500 × (−1.0000) + 0.7500 × 1.0000 = 0.5000"]);
    assert.deepEqual(recipe(cell), []);
  });

  it("say what a masked step did", () => {
    const held = { kind: "held", at, value: 0, engine: 0, input } as const;
    assert.match(passingSentence({ ...held, how: "carried", from: 1 }), /The state of step 2 is carried on\.$/);
    assert.match(passingSentence({ ...held, how: "carried", from: null }), /The start state/);
    assert.match(passingSentence({ ...held, how: "zero", from: 1 }), /its output is 0/);
  });
});

describe("words of the memory horizon", () => {
  const [rnn, , backward] = layerParts(outputs) as [LayerPart, LayerPart, LayerPart];
  const memory = (...norms: number[]) => memoryOf(Float64Array.from(norms), 1, { shape: [1, 1], data: [0] });

  it("tell how much arrives, and when half of it is gone", () => {
    assert.equal(
      memorySentence(rnn, memory(0.45, 0.9, 1.1, 1)),
      "simple_rnn: a change at step 1 arrives at step 4 with 0.45 of its size; half is gone after 3 steps.",
    );
    assert.equal(
      memorySentence(backward, memory(0.17, 0.25, 0.4, 1)),
      "LSTM · backward: a change at step 4 arrives at step 1 with 0.17 of its size; half is gone after one step.",
    );
    assert.equal(memorySentence(rnn, memory(0.6, 1)), "simple_rnn: a change at step 1 arrives at step 2 with 0.60 of its size.");
  });

  it("warn of what fades away, explodes or is no number, and of nothing else", () => {
    assert.equal(memoryWarning(rnn, memory(0.45, 1)), null);
    assert.match(memoryWarning(rnn, memory(0.001, 1)) ?? "", /^simple_rnn forgets: of step 1 less than 1 %/);
    assert.match(memoryWarning(backward, memory(0.001, 1)) ?? "", /of step 2 /);
    assert.match(memoryWarning(rnn, memory(120, 1)) ?? "", /explodes: a change grows up to 120 times/);
    assert.match(memoryWarning(rnn, memory(NaN, 1)) ?? "", /not a number/);
  });

  it("print shares with the digits that say something", () => {
    assert.deepEqual([0, 0.004, 0.0961, 1, 250.4, 3e7].map(shareText), ["0", "4e−3", "0.10", "1.00", "250", "3e7"]);
  });
});
