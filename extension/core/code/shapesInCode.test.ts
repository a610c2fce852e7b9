import * as assert from "node:assert/strict";
import { say } from "../messages.js";
import { applyEdit } from "../model/edit.js";
import { readModel } from "../model/read.js";
import { firstProblem } from "../model/shapes.js";
import { readModelCode } from "./readModelCode.js";
import { type LayerInCode, shapesInCode } from "./shapesInCode.js";

function shapesOf(source: string): LayerInCode[] {
  const [model] = readModelCode(source);
  assert.ok(model !== undefined);
  return shapesInCode(model);
}

describe("shapes in code", () => {
  it("has shape, parameters and reason at each layer's place", () => {
    const source =
      "model = Sequential()\nmodel.add(LSTM(3, return_sequences=True, input_shape=(4, 5)))\nmodel.add(SimpleRNN(2, return_state=True))\n";
    const [lstm, rnn] = shapesOf(source);
    assert.ok(lstm !== undefined && rnn !== undefined);
    assert.equal(source.slice(lstm.start, lstm.end), "LSTM(3, return_sequences=True, input_shape=(4, 5))");
    assert.deepEqual([lstm.output, lstm.params, lstm.formula], ["(None, 4, 3)", 108, "4 × (5 × 3 + 3 × 3 + 3)"]);
    assert.deepEqual([rnn.output, rnn.params], ["[(None, 2), (None, 2)]", 12]);
    assert.equal(say(lstm.why?.rule ?? { text: "" }), "(batch, time, features) → (batch, time, units)");
    assert.equal(rnn.trouble, null);
  });

  it("finds what does not fit, with the edit that mends it", () => {
    const source = "model = Sequential([LSTM(8, input_shape=(4, 5)), Dropout(0.1), GRU(4), Dense(1)])";
    const shapes = shapesOf(source);
    assert.deepEqual(
      shapes.map(({ trouble }) => trouble !== null),
      [false, false, true, false],
    );
    const spec = readModel(readModelCode(source)[0]?.config);
    const edit = shapes[2]?.trouble?.fixes[0]?.edit;
    assert.ok(spec.ok && edit !== undefined);
    const mended = applyEdit(spec.value, edit);
    assert.ok(mended.ok);
    assert.equal(firstProblem(mended.value), null);
  });

  it("says only what it knows around layers that are not known", () => {
    const shapes = shapesOf(
      "model = Sequential([Conv1D(8, 3, input_shape=(9, 4)), LSTM(6, return_sequences=True), LSTM(units), GRU(2), LSTM(3)])",
    );
    assert.deepEqual(
      shapes.map(({ className, output, params }) => [className, output, params]),
      [
        ["Conv1D", null, null],
        ["LSTM", "(None, ?, 6)", null],
        ["LSTM", null, null],
        ["GRU", "(None, 2)", null],
        ["LSTM", "(None, 3)", 72],
      ],
    );
    // An edit counts the layers of the whole model.
    const { trouble } = shapes[4] as LayerInCode;
    assert.deepEqual(
      trouble?.fixes.map(({ edit }) => ("index" in edit ? edit.index : null)),
      [3],
    );
  });

  it("starts anew behind an operation that no layer says", () => {
    const shapes = shapesOf(
      "class N(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.a = nn.LSTM(3, 4, batch_first=True)\n    self.b = nn.Linear(4, 2)\n  def forward(self, x):\n    y, _ = self.a(x)\n    return self.b(y.mean(dim=1))\n",
    );
    assert.deepEqual(
      shapes.map(({ output }) => output),
      ["(None, None, 4)", "(None, 2)"],
    );
  });
});
