import assert from "node:assert/strict";
import { tutorialPresets as presets } from "../model/presets.js";
import { firstProblem } from "../model/shapes.js";
import { withInput } from "../model/input.js";
import { writeModel } from "../model/write.js";
import { applyFlip, flipsOf } from "./whatIf.js";

const shape = [1, 4, 5];

describe("what if one option were another", () => {
  it("offers only models that run, each different in its one option, and back again", () => {
    for (const preset of presets) {
      const model = preset.build([null, null, 5]);
      const flips = flipsOf(model, shape);
      assert.ok(flips.length > 0, preset.id);
      assert.equal(new Set(flips.map((flip) => flip.text)).size, flips.length, preset.id);
      for (const flip of flips) {
        const other = applyFlip(model, flip, shape);
        assert.ok(other.ok, flip.text);
        assert.equal(firstProblem(withInput(other.value, shape)), null);
        assert.notDeepEqual(writeModel(other.value), writeModel(model), flip.text);
        const back = applyFlip(other.value, flip, shape);
        if (["returnSequences", "goBackwards", "useBias", "resetAfter"].includes(flip.key) && back.ok)
          assert.deepEqual(writeModel(back.value), writeModel(model), flip.text);
      }
    }
  });

  it("says an option as code does, and offers none that breaks the stack", () => {
    const deep = presets.find((preset) => preset.id === "deep_rnn")?.build([null, null, 5]);
    assert.ok(deep);
    const texts = flipsOf(deep, shape).map((flip) => flip.text);
    assert.ok(!texts.some((text) => text.startsWith(`${deep.layers[0]?.name}: return_sequences`)), texts.join());
    assert.ok(texts.includes(`${deep.layers[0]?.name}: use_bias=False`), texts.join());
    assert.equal(applyFlip(deep, { layer: 9, key: "useBias" }, shape).ok, false);
    assert.equal(applyFlip(deep, { layer: 0, key: "mergeMode" }, shape).ok, false);
  });
});
