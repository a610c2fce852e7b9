/** An edit changes what it means to change: the words, comments and layout of whoever wrote the text stay. */
import * as assert from "node:assert/strict";
import { applyEdit, type ModelEdit } from "../model/edit.js";
import type { ModelSpec } from "../model/spec.js";
import { withModel } from "./edit.js";
import { readModelDocument } from "./read.js";

function modelIn(text: string): ModelSpec {
  const { model } = readModelDocument(text);
  assert.ok(model, text);
  return model;
}

function edited(text: string, edit: ModelEdit): string {
  const document = readModelDocument(text);
  assert.ok(document.model);
  const next = applyEdit(document.model, edit);
  assert.ok(next.ok);
  return withModel(document, next.value);
}

const handwritten = `// What my students start from.
{
  "class_name": "Sequential", // Keras
  "config": {
    "name": "mine",
    "layers": [
      { "class_name": "InputLayer", "config": { "batch_shape": [null, 4, 5] } },

      // Reads the days.
      { "class_name": "LSTM", "config": { "units": 8, "return_sequences": true } }, // many to many
      /* the last */
      {
        "class_name": "Dense",
        "config": {
          "units": 1, // a temperature
          "name": "out",
        },
      },
    ],
  },
  "note": "kept",
}
`;

describe("an edit of a text that a person wrote", () => {
  const expect = (edit: ModelEdit, from: string, to: string): void => {
    assert.ok(handwritten.includes(from), from);
    assert.equal(edited(handwritten, edit), handwritten.replace(from, to));
  };

  it("changes the value and nothing else", () => {
    expect({ op: "setOption", index: 0, key: "units", value: 16 }, `"units": 8`, `"units": 16`);
    expect({ op: "setOption", index: 1, key: "units", value: 2 }, `"units": 1,`, `"units": 2,`);
    expect({ op: "setInput", shape: [2, null, 5] }, "[null, 4, 5]", "[2, null, 5]");
    expect({ op: "rename", name: "yours" }, `"mine"`, `"yours"`);
  });

  it("adds an option where the others are, in their layout", () => {
    expect(
      { op: "setOption", index: 0, key: "returnState", value: true },
      `"return_sequences": true }`,
      `"return_sequences": true, "return_state": true }`,
    );
    expect(
      { op: "setOption", index: 1, key: "useBias", value: false },
      `          "name": "out",\n`,
      `          "name": "out",\n          "use_bias": false,\n`,
    );
    expect({ op: "setSeed", seed: 7 }, `  "note": "kept",\n`, `  "note": "kept",\n  "unroll": {\n    "seed": 7\n  },\n`);
  });

  it("takes a layer away, or moves it, with the comments that are its own", () => {
    const day = `\n\n      // Reads the days.\n      { "class_name": "LSTM", "config": { "units": 8, "return_sequences": true } }, // many to many`;
    expect({ op: "remove", index: 0 }, day, "");
    const moved = edited(handwritten, { op: "move", from: 1, to: 0 });
    for (const line of handwritten.split("\n")) assert.ok(moved.includes(line), line);
    assert.ok(moved.indexOf("/* the last */") < moved.indexOf("// Reads the days."));
    assert.deepEqual(
      modelIn(moved).layers.map((layer) => layer.className),
      ["Dense", "LSTM"],
    );
  });

  it("puts a layer into a wrapper and takes it out again, its own text unchanged", () => {
    const once = edited(handwritten, { op: "wrap", index: 0 });
    assert.ok(
      once.includes("// Reads the days.") && once.includes("// many to many") && once.includes(`"units": 8, "return_sequences": true`),
    );
    const back = edited(once, { op: "unwrap", index: 0 });
    const named = `"return_sequences": true, "name": "lstm" }`;
    assert.equal(back, handwritten.replace(`"return_sequences": true }`, named));
  });

  it("spells a copy as the layer is spelled", () => {
    const twice = edited(handwritten, { op: "duplicate", index: 0 });
    assert.ok(twice.includes(`{ "class_name": "LSTM", "config": { "units": 8, "return_sequences": true, "name": "lstm_1" } }`), twice);
  });

  it("keeps notes beside the seed", () => {
    const text = `{"config":{"layers":[]},"unroll":{"seed":1,"note":"mine"}}`;
    assert.equal(edited(text, { op: "setSeed", seed: null }), `{"config":{"layers":[]},"unroll":{"note":"mine"}}`);
  });
});

describe("other spellings of a model", () => {
  const keras2 = `{"class_name": "Sequential", "keras_version": "2.4.0", "config": [{"class_name": "GRU", "config": {"units": 4, "batch_input_shape": [null, 3, 2], "recurrent_activation": "hard_sigmoid"}}, {"class_name": "Dense", "config": {"units": 1}}]}`;

  it("stay as they are in an edit", () => {
    const same = (edit: ModelEdit, from: string, to: string): void => assert.equal(edited(keras2, edit), keras2.replace(from, to));
    same({ op: "setInput", shape: [1, 3, 2] }, "[null, 3, 2]", "[1, 3, 2]");
    same({ op: "setOption", index: 0, key: "units", value: 5 }, `"units": 4`, `"units": 5`);
    same({ op: "remove", index: 1 }, `, {"class_name": "Dense", "config": {"units": 1}}`, "");
    const shaped = keras2.replace(`"batch_input_shape": [null, 3, 2]`, `"input_shape": [3, 2]`);
    assert.deepEqual(modelIn(edited(shaped, { op: "setInput", shape: [null, null, 2] })).input, [null, null, 2]);
  });

  it("keep the input when the layer that declared it is no longer the first", () => {
    const moved = edited(keras2, { op: "move", from: 1, to: 0 });
    assert.deepEqual(modelIn(moved).input, [null, 3, 2]);
    assert.ok(moved.includes(`"recurrent_activation": "hard_sigmoid"`), moved);
  });

  it("are written anew where they cannot carry the model", () => {
    const nested = `{"class_name": "Sequential", "config": {"layers": [{"class_name": "Sequential", "config": {"layers": [{"class_name": "LSTM", "config": {"units": 3}}]}}]}}`;
    assert.deepEqual(modelIn(edited(nested, { op: "add", index: 1, className: "Dense" })).layers.length, 2);
    const cell = `{"config": {"layers": [{"class_name": "Bidirectional", "config": {"layer": {"class_name": "RNN", "config": {"cell": {"class_name": "LSTMCell", "config": {"units": 3}}}}}}]}}`;
    const wider = modelIn(edited(cell, { op: "setOption", index: 0, key: "units", value: 9 })).layers[0];
    assert.ok(wider?.className === "Bidirectional" && wider.layer.units === 9);
  });
});
