/** The schema says what the reader does: the same layers, the same options, the same values; and the files are made of it. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";
import fc from "fast-check";
import { root } from "../../../test/support/root.js";
import { type Message, say } from "../messages.js";
import { newLayer } from "../model/defaults.js";
import { designerPresets, tutorialPresets } from "../model/presets.js";
import { readModel } from "../model/read.js";
import { harmless, readableLayers, readLayer } from "../model/readLayer.js";
import type { LayerClass } from "../model/spec.js";
import { writeLayer, writeModel } from "../model/write.js";
import { modelSchema } from "./schema.js";
import { layerTexts, optionTexts } from "./schemaTexts.js";

type Json = Record<string, unknown>;

const schema = modelSchema((message) => say(message));
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);
const fits = (layer: unknown): boolean => validate({ class_name: "Sequential", config: { layers: [layer] } });
const reads = (layer: unknown): boolean => readLayer(layer, { kerasVersion: 3 }, 0).ok;

const lstm = { class_name: "LSTM", config: { units: 2 } };
const dense = { class_name: "Dense", config: { units: 2 } };
/** Each layer with what it cannot do without. */
const least: Readonly<Record<string, Json>> = {
  SimpleRNN: { units: 2 },
  LSTM: { units: 2 },
  GRU: { units: 2 },
  CuDNNLSTM: { units: 2 },
  CuDNNGRU: { units: 2 },
  RNN: { cell: { class_name: "GRUCell", config: { units: 2 } } },
  Bidirectional: { layer: lstm },
  Dense: { units: 2 },
  TimeDistributed: { layer: { class_name: "Dense", config: { units: 2 } } },
  Embedding: { input_dim: 3, output_dim: 2 },
  Masking: {},
  Activation: {},
  ReLU: {},
  Softmax: {},
  Dropout: {},
  SpatialDropout1D: {},
  RepeatVector: { n: 2 },
  Flatten: {},
  Reshape: { target_shape: [-1] },
};
const values: readonly unknown[] = [
  ...[
    0,
    1,
    2,
    -1,
    0.5,
    1.5,
    6,
    65_536,
    65_537,
    2 ** 25,
    true,
    false,
    null,
    "tanh",
    "swish",
    "nonsense",
    "concat",
    "keras.activations>relu",
  ],
  ...[[], [1], [1, 0], ["a"], {}, lstm, dense, { class_name: "GlorotUniform", config: {} }, { class_name: "function", config: "relu" }],
];

describe("the schema of model documents", () => {
  it("is what lies in schemas/, in both languages", () => {
    const korean = JSON.parse(fs.readFileSync(path.join(root, "l10n", "bundle.l10n.ko.json"), "utf8")) as Record<string, string>;
    const cases: readonly [string, (message: Message) => string][] = [
      ["rnn.schema.json", (message) => say(message)],
      ["rnn.schema.ko.json", (message) => say(message, korean)],
    ];
    for (const [file, word] of cases) {
      const there: unknown = JSON.parse(fs.readFileSync(path.join(root, "schemas", file), "utf8"));
      assert.deepEqual(there, JSON.parse(JSON.stringify(modelSchema(word))), `${file}: node scripts/schema.mjs`);
    }
  });

  it("knows every layer that is read, with a hover for each and for its options", () => {
    assert.deepEqual(Object.keys(least).sort(), [...readableLayers].sort());
    for (const name of readableLayers) assert.ok(fits({ class_name: name, config: least[name] }), name);
    assert.ok(!fits({ class_name: "Conv1D", config: {} }) && !reads({ class_name: "Conv1D", config: {} }));
    const definitions = schema["definitions"] as Record<string, { properties?: Record<string, Json> }>;
    for (const [name, { properties }] of Object.entries(definitions)) {
      if (["layer", "cell", "stack"].includes(name)) continue;
      assert.ok(layerTexts[name], name);
      for (const [key, option] of Object.entries(properties ?? {})) {
        if (Object.hasOwn(optionTexts, key)) assert.equal(typeof option["description"], "string", `${name}.${key}`);
      }
    }
  });

  it("offers whole layers that can be read as they are", () => {
    const { layer } = schema["definitions"] as { layer: { defaultSnippets: { label: string; body: unknown }[] } };
    assert.ok(layer.defaultSnippets.length > 10);
    for (const { label, body } of layer.defaultSnippets) {
      const text = JSON.stringify(body).replace(/"\^\$\{\d:([^}]*)\}"/g, "$1");
      const parsed: unknown = JSON.parse(text);
      assert.ok(label === "InputLayer" || reads(parsed), text);
      assert.ok(fits(parsed), text);
    }
  });

  it("takes and refuses what the reader takes and refuses: every option of every layer, with any value", () => {
    const keys = [...Object.keys(optionTexts), ...harmless, "max_value", "negative_slope", "threshold", "axis", "colour"];
    const quarrels: string[] = [];
    for (const name of readableLayers) {
      for (const key of keys.filter((one) => one !== "name" && one !== "dtype" && one !== "time_major")) {
        for (const value of values) {
          const layer = { class_name: name, config: { ...least[name], [key]: value } };
          // That the two directions agree with each other is more than a schema can say.
          if (key === "backward_layer" && value === lstm) continue;
          if (fits(layer) !== reads(layer)) quarrels.push(`${JSON.stringify(layer)}: the reader ${reads(layer) ? "takes" : "refuses"} it`);
        }
      }
    }
    assert.deepEqual(quarrels, []);
  });

  it("does not quarrel with anything that can be read or that Keras wrote", () => {
    for (const preset of [...tutorialPresets, ...designerPresets]) assert.ok(validate(writeModel(preset.build(null))), preset.id);
    const made: readonly LayerClass[] = ["SimpleRNN", "GRU", "Bidirectional", "RNN", "Dense", "Embedding", "Reshape", "Masking"];
    for (const name of made) assert.ok(fits(writeLayer(newLayer(name, 4))), name);
    const chain = [
      { class_name: "keras.layers>LSTM", config: { units: 3, batch_input_shape: [null, 4, 5], implementation: 2, time_major: false } },
      { module: "keras.layers", class_name: "TimeDistributed", config: { layer: { class_name: "Dense", config: { units: 1 } } } },
      { class_name: "Sequential", config: [{ class_name: "ReLU", config: { max_value: 6 } }] },
    ];
    for (const config of [chain, { name: "m", layers: chain }]) {
      const model = { class_name: "Sequential", keras_version: "2.4.0", backend: "tensorflow", config };
      assert.ok(readModel(model).ok && validate(model), JSON.stringify(validate.errors));
    }
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        if (readModel(anything).ok) assert.ok(validate(JSON.parse(JSON.stringify(anything))));
      }),
    );
  });
});
