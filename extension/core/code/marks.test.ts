/** What stands behind layers and in hovers, and the messages that carry it. */
import * as assert from "node:assert/strict";
import fc from "fast-check";
import { fitShape } from "../model/input.js";
import { designerPresets, tutorialPresets } from "../model/presets.js";
import { say } from "../messages.js";
import { decodeReaderAnswer } from "../protocol/reader.js";
import { exampleFor } from "./exampleData.js";
import { layerHover, modelHover } from "./hoverText.js";
import { isShown, layerMarks } from "./marks.js";
import { mentionsModels } from "./mentions.js";
import { isLiteral, movedBy, openNames } from "./openNames.js";
import { type CodeReading, readingsOf } from "./readings.js";

function only(source: string): CodeReading {
  const [reading] = readingsOf(source, "python");
  assert.ok(reading);
  return reading;
}

const marksOf = (source: string): string[] =>
  layerMarks(readingsOf(source, "python")).map(({ start, end, text }) => `${source.slice(start, end)} ${text}`);

describe("marks of models in code", () => {
  it("one a call, with each shape once", () => {
    assert.deepEqual(marksOf("m = Sequential([Input((4, 5)), LSTM(8, return_sequences=True), Dropout(0.5), Flatten(), Dense(2)])"), [
      "LSTM(8, return_sequences=True) → (None, 4, 8)",
      "Flatten() → (None, 32)",
      "Dense(2) → (None, 2)",
    ]);
    const looped =
      "m = Sequential()\nm.add(Input((4, 5)))\nfor n in (8, 4, 2, 1):\n    m.add(GRU(n, return_sequences=True))\nm.add(GRU(3))\n";
    assert.deepEqual(marksOf(looped), ["GRU(n, return_sequences=True) → (None, 4, 8), (None, 4, 4) … (None, 4, 1)", "GRU(3) → (None, 3)"]);
    assert.deepEqual(
      marksOf(
        "class M(nn.Module):\n    def __init__(self):\n        self.rnn = nn.LSTM(5, 8, 2, batch_first=True)\n    def forward(self, x):\n        return self.rnn(x)[0]\n",
      ),
      ["nn.LSTM(5, 8, 2, batch_first=True) → (None, None, 8)"],
    );
  });

  it("are only made of models with recurrent layers", () => {
    assert.equal(isShown(only("m = keras.Sequential([Dense(3), Dense(1)])")), false);
    assert.equal(isShown(only("m = keras.Sequential([Bidirectional(GRU(3)), Dense(1)])")), true);
  });

  it("cost nothing where no model can be", () => {
    assert.equal(mentionsModels("import os\nclass Model(Base):\n    pass\n"), false);
    assert.equal(mentionsModels("model.add(GRU(3))"), true);
  });
});

describe("hovers of models in code", () => {
  it("say why, with numbers, and what is wrong", () => {
    const source = "model = Sequential([Input((4, 5)), LSTM(8), GRU(4)])";
    const marks = layerMarks(readingsOf(source, "python"));
    const [lstm, gru] = marks.map((mark) => layerHover(mark, say));
    assert.match(lstm ?? "", /\| units \| `8` \| units of LSTM \|/);
    assert.match(lstm ?? "", /Parameters: 448 = 4 × \(5 × 8 \+ 8 × 8 \+ 8\)/);
    assert.match(gru ?? "", /GRU 4 needs a sequence, not one vector/);
  });

  it("show names of the source as they are", () => {
    const reading = { ...only("def build__it():\n    return Sequential([LSTM(n)])\nbuild__it()\n"), name: "a*b_c_[x](y)" };
    const text = modelHover(reading, say);
    assert.ok(text.startsWith("**a\\*b\\_c\\_\\[x\\]\\(y\\)**"), text);
    assert.match(text, /\| LSTM \| `\?` \| \? \|/);
  });
});

describe("readings cross to the host", () => {
  it("as they are", () => {
    const source = "model = Sequential([Input((4, 5)), LSTM(8), GRU(4), Dense(n)])\nmodel2 = nn.LSTM(3, n)\n";
    const answer = { type: "models" as const, id: 1, models: readingsOf(source, "python") };
    assert.deepEqual(decodeReaderAnswer(structuredClone(answer)), answer);
    assert.ok(answer.models.some(({ problems }) => problems.length > 0) && answer.models.some(({ layers }) => layers[1]?.trouble !== null));
  });

  it("or not at all", () => {
    const [model] = readingsOf("model = Sequential([LSTM(8)])", "python");
    for (const broken of [{ ...model, start: -1 }, { ...model, layers: [{}] }, { ...model, framework: "jax" }, null]) {
      assert.equal(decodeReaderAnswer({ type: "models", id: 1, models: [broken] }), undefined);
    }
    assert.equal(decodeReaderAnswer({ type: "code", id: 1, code: { ok: true } }), undefined);
  });
});

describe("names that the source does not bind", () => {
  it("are asked for, once each, and the model is the same afterwards", () => {
    const source = "model = Sequential()\nmodel.add(LSTM(hidden, input_shape=(steps, 5)))\nmodel.add(Dense(hidden + 1))\n";
    assert.deepEqual(openNames(source, only(source)), ["hidden", "steps"]);
    const bound = "hidden = 3\nsteps = 4\n";
    const reading = movedBy(only(bound + source), -bound.length);
    assert.deepEqual(reading.problems, []);
    assert.equal(source.slice(reading.layers[0]?.start, reading.layers[0]?.end), "LSTM(hidden, input_shape=(steps, 5))");
    assert.equal(reading.layers[0]?.output, "(None, 3)");
  });

  it("take literals, and no code", () => {
    for (const text of ["3", "-1", "0.5", ".5", "True", "None", "'tanh'", '"relu"']) assert.ok(isLiteral(text), text);
    for (const text of ["", "x", "3; x", "f()", "'a", "3\n4", "[1]"]) assert.ok(!isLiteral(text), text);
  });
});

describe("example numbers", () => {
  it("have the shape that the model reads", () => {
    const input = fc.constantFrom(null, [null, null, 5], [null, 4, 5], [2, 3, 1], [null, null, null]);
    fc.assert(
      fc.property(fc.constantFrom(...tutorialPresets, ...designerPresets), input, (preset, shape) => {
        const model = preset.build(shape);
        const example = exampleFor(model);
        assert.ok(example);
        assert.ok(fitShape(model, example.shape).ok, JSON.stringify([preset.id, shape, example.shape]));
        const numbers = JSON.parse(example.text.replace(/,(\s*\])/g, "$1")) as unknown[];
        const sizes: number[] = [];
        for (let at: unknown = numbers; Array.isArray(at); at = at[0]) sizes.push(at.length);
        assert.deepEqual(sizes, example.shape);
      }),
    );
  });
});
