import assert from "node:assert/strict";
import { setLanguage } from "../shared/l10n.js";
import { clip } from "./names.js";
import { outputsOf, stripsOf } from "./outputs.js";
import { testRun } from "./testRun.test.js";
import { findingWord, originWord, tensorNote, tensorWord } from "./words.js";

describe("words of the results view", () => {
  const strip = stripsOf(outputsOf(testRun))[2] as ReturnType<typeof stripsOf>[number];
  const finding = { lowest: { value: -0.56, unit: 0, step: 1 }, highest: { value: 0.68, unit: 1, step: 0 }, nan: 0 };

  it("say the finding in one sentence", () => {
    assert.equal(
      findingWord(strip, finding, 2),
      "LSTM · forward: 2 units by 2 steps. Lowest −0.56 at step 2, unit 1. Highest 0.68 at step 1, unit 2.",
    );
    assert.equal(findingWord(strip, { lowest: null, highest: null, nan: 4 }, 2), "LSTM · forward: 2 units by 2 steps. 4 values are NaN.");
  });

  it("take the editor's language", () => {
    setLanguage("ko", {
      forward: "정방향",
      "{n} units": "유닛 {n}개",
      "{name}: {units} by {steps} steps.": "{name}: {units}, 시점 {steps}개.",
    });
    assert.equal(findingWord(strip, { lowest: null, highest: null, nan: 0 }, 2), "LSTM · 정방향: 유닛 2개, 시점 2개.");
    setLanguage("en", {});
  });

  it("name tensors as people do", () => {
    const names = testRun.tensors.map((tensor) => [tensorWord(tensor), tensorNote(tensor), originWord(tensor, "train_X")]);
    assert.deepEqual(names.slice(0, 3), [
      ["x", "input", "train_X"],
      ["sequence", "", "simple_rnn"],
      ["h", "last state", "simple_rnn"],
    ]);
    assert.deepEqual(names[8], ["sequence", "", "bidirectional · backward"]);
  });

  it("tell the cells of an RNN apart", () => {
    const [first] = testRun.tensors.filter((tensor) => tensor.layer >= 0);
    const state = { ...first, layerName: "rnn", name: "cells/1/states/h" } as (typeof testRun.tensors)[number];
    assert.equal(originWord(state, ""), "rnn · cell 2");
  });

  it("keep hostile names short and to themselves", () => {
    assert.equal(clip("x".repeat(1 << 20), 10), "xxxxxxxxxx…");
    assert.equal(clip("\u202egnp.exe"), "\u2068\u202egnp.exe\u2069");
    assert.equal(clip("<img src=x>"), "<img src=x>");
  });
});
