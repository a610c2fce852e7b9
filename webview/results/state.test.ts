import assert from "node:assert/strict";
import type { ResultsState } from "../../extension/core/protocol/results.js";
import { decodeSaved, initialState, reduce, savedOf, type State } from "./state.js";
import { testRun } from "./testRun.test.js";

const none: ResultsState = { type: "state", run: testRun, activity: { phase: "none" }, check: { phase: "none" }, gates: { phase: "none" } };
const ready = (from: State = initialState): State => reduce(from, { type: "host", state: none });

describe("the results view's reducer", () => {
  it("selects what the model returns", () => {
    assert.equal(ready().chosen.tensor, 4);
  });

  it("keeps the run while another is computed, and when it fails; a new failure opens the banner again", () => {
    const running = reduce(ready(), { type: "host", state: { ...none, activity: { phase: "running", done: 1, total: 8 } } });
    assert.equal(running.run, testRun);
    const failed: ResultsState = { ...none, activity: { phase: "failed", message: "no", actions: [] } };
    const dismissed = reduce(reduce(running, { type: "host", state: failed }), { type: "view", view: { dismissed: true } });
    assert.equal(reduce(dismissed, { type: "host", state: failed }).dismissed, true);
    assert.equal(
      reduce(dismissed, { type: "host", state: { ...none, activity: { phase: "failed", message: "again no", actions: [] } } }).dismissed,
      false,
    );
  });

  it("keeps the tensor by its name when the next run comes", () => {
    const chosen = reduce(ready(), { type: "choose", choices: { tensor: 2, step: 3 } });
    const tensors = testRun.tensors.map((tensor) => ({ ...tensor, id: tensor.id + 10 }));
    const next = reduce(chosen, { type: "host", state: { ...none, run: { ...testRun, id: "run-2", tensors } } });
    assert.equal(next.chosen.tensor, 12);
    assert.equal(next.chosen.step, 3);
  });

  it("clamps what the run does not have", () => {
    const { chosen } = reduce(ready(), { type: "choose", choices: { batch: 9, step: 99, row: 99, column: 99, strip: "nowhere" } });
    assert.deepEqual([chosen.batch, chosen.step, chosen.row, chosen.column], [0, 3, 3, 3]);
    assert.equal(chosen.strip, "1.forward");
  });

  it("follows the check of the run, and closes its detail when it is gone", () => {
    const report = { reference: "js", absolute: 1e-5, relative: 1e-4, pairs: [], missing: [] } as const;
    const done = reduce(ready(), { type: "host", state: { ...none, check: { phase: "done", report } } });
    assert.equal(done.check.phase, "done");
    const open = reduce(done, { type: "view", view: { checkOpen: true } });
    assert.equal(reduce(open, { type: "host", state: { ...none, check: { phase: "done", report } } }).checkOpen, true);
    assert.equal(reduce(open, { type: "host", state: { ...none, check: { phase: "offered" } } }).checkOpen, false);
  });

  it("plays round and round, and stops with a new run", () => {
    const playing = reduce(reduce(ready(), { type: "choose", choices: { step: 3 } }), { type: "view", view: { playing: true } });
    assert.equal(reduce(playing, { type: "tick" }).chosen.step, 0);
    assert.equal(reduce(playing, { type: "host", state: { ...none, run: { ...testRun, id: "run-2" } } }).playing, false);
  });

  it("survives a reload, and takes nothing odd for a choice", () => {
    const state = reduce(ready(), { type: "choose", choices: { tab: "data", tensor: 1, digits: 8, convention: "onnx" } });
    const saved = decodeSaved(JSON.parse(JSON.stringify(savedOf(state))));
    assert.deepEqual(saved?.chosen, state.chosen);
    assert.equal(decodeSaved("x"), null);
    assert.equal(decodeSaved({ runId: 3, chosen: { tab: "<img>", tensor: -4, leading: ["a", 2] } })?.chosen.tab, "shapes");
    assert.deepEqual(decodeSaved({ chosen: { leading: ["a", 2] } })?.chosen.leading, [2]);
  });

  it("goes to the step that the editor's cursor stands on", () => {
    const state = reduce(ready(), { type: "cursorAt", index: 13 });
    assert.deepEqual([state.chosen.step, state.chosen.batch], [2, 0]);
    assert.equal(reduce(initialState, { type: "cursorAt", index: 13 }), initialState);
  });
});
