/** What cannot be read, and what does not fit, is marked at its place, and its fixes mend it. */
import * as assert from "node:assert/strict";
import { say } from "../messages.js";
import { applyEdit } from "../model/edit.js";
import { withModel } from "./edit.js";
import { readModelDocument, troublesIn } from "./read.js";
import { repairsOf } from "./repairs.js";

const model = (...layers: string[]): string =>
  `{"class_name": "Sequential", "config": {"name": "m", "layers": [\n${layers.join(",\n")}\n]}}`;
const layer = (name: string, config: string): string => `{"class_name": "${name}", "config": {${config}}}`;
const input = layer("InputLayer", `"batch_shape": [null, 4, 5]`);

function marked(text: string): string {
  const { problem } = readModelDocument(text);
  assert.ok(problem, "nothing is wrong");
  return text.slice(problem.start, problem.end);
}

describe("a model that cannot be read", () => {
  it("is marked at the argument, the name or the bracket", () => {
    const cases: readonly [string, string][] = [
      [model(input, layer("LSTM", `"units": 0`)), "0"],
      [model(input, layer("LSTM", `"units": "many"`)), `"many"`],
      [model(input, layer("GRU", `"name": "g"`)), `"GRU"`],
      [model(input, layer("Lstm", `"units": 3`)), `"Lstm"`],
      [model(input, layer("Dense", `"units": 1`), layer("LSTM", `"units": 3, "activation": "tanhh"`)), `"tanhh"`],
      [model(input, layer("LSTM", `"units": 3, "colour": "red"`)), `"colour": "red"`],
      [model(layer("InputLayer", `"batch_shape": [null, -4, 5]`), layer("LSTM", `"units": 3`)), "["],
      [model(layer("LSTM", `"units": 3, "batch_input_shape": "wide"`)), `"wide"`],
      [model(input, layer("Bidirectional", `"layer": ${layer("GRU", `"units": 2.5`)}`)), "2.5"],
      [model(input, layer("RNN", `"cell": [${layer("LSTMCell", `"units": 3`)}, ${layer("GRUCell", `"units": -1`)}]`)), "-1"],
      [model(input, `"LSTM"`), `"LSTM"`],
      [`{"class_name": "Siamese", "config": {}}`, `"Siamese"`],
      [`{"class_name": "Sequential", "config": {}}`, "{"],
      [`[1, 2]`, "["],
    ];
    for (const [text, place] of cases) assert.equal(marked(text), place, text);
  });

  it("is marked where the JSON breaks", () => {
    const cases: readonly [string, string][] = [
      [`{"config": {"layers": [}}`, "}"],
      [`{"config" {"layers": []}}`, "{"],
      [`{"config": {"layers": []} "name": 1}`, `"name"`],
      [`{"config": {"layers": []}} {}`, "{"],
      [`{"config": {"layers": [] // open`, "n"],
      [`{config: 1}`, "config"],
    ];
    for (const [text, place] of cases) assert.equal(marked(text), place, text);
    assert.equal(readModelDocument(" \n// nothing yet\n").problem, null);
  });

  it("has repairs that mend it", () => {
    const cases: readonly [string, string, string][] = [
      [model(input, layer("LSTM", `"units": 0`)), "Change to 1", model(input, layer("LSTM", `"units": 1`))],
      [model(input, layer("lstm", `"units": 3`)), `Change to "LSTM"`, model(input, layer("LSTM", `"units": 3`))],
      [model(input, layer("LSTM", `"units": 99999`)), "Change to 65536", model(input, layer("LSTM", `"units": 65536`))],
      [
        model(input, layer("GRU", `"units": 3, "activation": "sigmoidd", "name": "g"`)),
        `Change to "sigmoid"`,
        model(input, layer("GRU", `"units": 3, "activation": "sigmoid", "name": "g"`)),
      ],
      [model(input, layer("GRU", `"colour": "red", "units": 3`)), "Remove “colour”", model(input, layer("GRU", `"units": 3`))],
    ];
    for (const [text, label, mended] of cases) {
      const [repair] = repairsOf(readModelDocument(text));
      assert.ok(repair, text);
      assert.equal(say(repair.label), label);
      assert.equal(text.slice(0, repair.edit.start) + repair.edit.text + text.slice(repair.edit.end), mended);
    }
    assert.deepEqual(repairsOf(readModelDocument(model(input, layer("Conv1D", `"filters": 3`)))), []);
  });
});

describe("a model that does not fit", () => {
  it("is marked at the layer that gets the wrong shape, and each fix mends it", () => {
    const text = model(input, layer("LSTM", `"units": 8`), layer("Dropout", `"rate": 0.1`), layer("GRU", `"units": 4`));
    const [trouble, ...more] = troublesIn(readModelDocument(text));
    assert.ok(trouble && more.length === 0);
    assert.equal(text.slice(trouble.start, trouble.end), `"GRU"`);
    assert.ok(trouble.fixes.length > 0);
    for (const { edit } of trouble.fixes) {
      const document = readModelDocument(text);
      const next = document.model === null ? null : applyEdit(document.model, edit);
      assert.ok(next?.ok);
      assert.deepEqual(troublesIn(readModelDocument(withModel(document, next.value))), []);
    }
  });
});
