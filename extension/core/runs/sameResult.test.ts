import assert from "node:assert/strict";
import { say } from "../messages.js";
import { readModel } from "../model/read.js";
import type { ModelSpec } from "../model/spec.js";
import { applyFlip } from "./whatIf.js";
import { reasonsForSame } from "./sameResult.js";

const one = (class_name: string, config: Record<string, unknown>): ModelSpec => {
  const read = readModel({ class_name: "Sequential", config: { layers: [{ class_name, config: { units: 3, name: "own", ...config } }] } });
  assert.ok(read.ok);
  return read.value;
};
const flip = (model: ModelSpec, key: string, steps: number): ModelSpec => {
  const flipped = applyFlip(model, { layer: 0, key }, [1, steps, 2]);
  assert.ok(flipped.ok);
  return flipped.value;
};
const reasons = (model: ModelSpec, key: string, steps = 4): string =>
  reasonsForSame(model, flip(model, key, steps), steps)
    .map((m) => say(m))
    .join();

describe("why an option changes no number", () => {
  it("says that biases are zero, where they are", () => {
    for (const kind of ["SimpleRNN", "GRU"]) assert.match(reasons(one(kind, {}), "useBias"), /All biases of own are zero/);
    assert.match(reasons(one("SimpleRNN", { use_bias: false }), "useBias"), /All biases/, "and the other way round");
    assert.equal(reasons(one("SimpleRNN", { bias_initializer: "ones" }), "useBias"), "");
    assert.equal(reasons(one("LSTM", {}), "useBias"), "", "the forget gate's are 1");
    assert.match(reasons(one("LSTM", { unit_forget_bias: false }), "useBias"), /All biases/);
  });

  it("says what a single step leaves out", () => {
    assert.match(reasons(one("GRU", {}), "resetAfter", 1), /one time step/);
    assert.match(reasons(one("LSTM", {}), "unitForgetBias", 1), /one time step/);
    assert.match(reasons(one("LSTM", {}), "goBackwards", 1), /one time step/);
    for (const key of ["resetAfter", "goBackwards"]) assert.equal(reasons(one("GRU", {}), key, 2), "");
    assert.equal(reasons(one("GRU", {}), "activation", 1), "");
  });
});
