/** The JSON schema of model documents, made of the tables that the reader itself uses: completion, hovers and validation in text editors. */
import { type Message, msg } from "../messages.js";
import { activationSpellings, activationNames } from "../model/activations.js";
import { limits } from "../model/limits.js";
import { harmless, readableLayers } from "../model/readLayer.js";
import type { Json } from "../model/readFields.js";
import { mergeModes } from "../model/spec.js";
import { layerTexts, optionTexts } from "./schemaTexts.js";

type Options = Readonly<Record<string, Json>>;

const ref = (name: string): Json => ({ $ref: `#/definitions/${name}` });
const size = (maximum: number): Json => ({ type: "integer", minimum: 1, maximum });
const anyLayer = ref("layer");
/** Keras 1 wrote 0 and 1; null is the default. */
const flag = (byDefault: boolean): Json => ({ type: ["boolean", "integer", "null"], minimum: 0, maximum: 1, default: byDefault });
const rate: Json = { type: ["number", "null"], minimum: 0, maximum: 1, default: 0 };
const shape: Json = { type: ["array", "null"], maxItems: 8, items: { type: ["integer", "null"], minimum: 1 } };
const serialised: Json = { type: "object", required: ["class_name"] };
/** Of the activations that are layers, only the plain form is computed. */
const nothing: Json = { enum: [0, null, false] };
const plain: Options = { max_value: { enum: [null, 6] }, negative_slope: nothing, threshold: nothing, axis: { enum: [-1] } };

const offeredActivations = activationNames.filter((name) => name !== "hard_sigmoid_keras2");
const initializers = [
  "glorot_uniform",
  "glorot_normal",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "orthogonal",
  "random_uniform",
  "random_normal",
  "truncated_normal",
  "identity",
  "zeros",
  "ones",
];

/** A name that may be written with its package: `keras.layers>LSTM`. */
const registered = (names: readonly string[]): string => `^(.*[>.])?(${names.join("|")})$`;

function activation(byDefault: string): Json {
  const spelled = { type: "string", pattern: registered(activationSpellings) };
  // Keras 3 writes a function as {"class_name": "function", "config": "relu"}, a layer under its class.
  const named = { type: "object", required: ["config"], properties: { class_name: { type: "string" }, config: spelled } };
  const layer = { type: "object", properties: { class_name: spelled, config: { not: { type: "string" } } } };
  const object = { ...serialised, anyOf: [named, layer] };
  return { anyOf: [{ enum: [...offeredActivations, null] }, spelled, object], default: byDefault };
}

function initializer(byDefault: string): Json {
  return { anyOf: [{ enum: initializers }, { type: ["string", "null"] }, serialised], default: byDefault };
}

const flags: Options = {
  return_sequences: flag(false),
  return_state: flag(false),
  go_backwards: flag(false),
  stateful: flag(false),
  zero_output_for_mask: flag(false),
};
const weights: Options = {
  use_bias: flag(true),
  kernel_initializer: initializer("glorot_uniform"),
  bias_initializer: initializer("zeros"),
};
const simple: Options = {
  units: size(limits.units),
  activation: activation("tanh"),
  ...flags,
  ...weights,
  recurrent_initializer: initializer("orthogonal"),
  dropout: rate,
  recurrent_dropout: rate,
};
const gated: Options = { ...simple, recurrent_activation: activation("sigmoid") };
const cells: Json = { anyOf: [ref("cell"), { type: "array", minItems: 1, items: ref("cell") }] };

/** A layer of one of these classes. */
function layerOf(classes: readonly string[]): Json {
  return { allOf: [anyLayer, { properties: { class_name: { type: "string", pattern: registered(classes) } } }] };
}

const wrappable = layerOf(["SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "RNN"]);
const stepwise = layerOf(["Dense", "Activation", "ReLU", "Softmax", "Dropout", "SpatialDropout1D"]);

interface Form {
  readonly options: Options;
  readonly required?: readonly string[];
  /** Names that mean the same layer, read but not offered. */
  readonly also?: readonly string[];
  /** Accepted, not offered. */
  readonly tolerated?: readonly string[];
  /** What nobody knows is nobody's concern. */
  readonly open?: boolean;
}

/** Keras's names of layers and options. `name` is every layer's. */
const forms: Readonly<Record<string, Form>> = {
  InputLayer: { options: { batch_shape: shape, dtype: { type: ["string", "object", "null"] } }, open: true },
  SimpleRNN: { options: simple, required: ["units"] },
  LSTM: { options: { ...gated, unit_forget_bias: flag(true) }, required: ["units"], also: ["CuDNNLSTM"] },
  GRU: { options: { ...gated, reset_after: flag(true) }, required: ["units"], also: ["CuDNNGRU"] },
  Bidirectional: {
    options: {
      layer: wrappable,
      merge_mode: { enum: mergeModes, default: "concat" },
      backward_layer: { anyOf: [wrappable, { type: "null" }] },
    },
    required: ["layer"],
    tolerated: Object.keys(flags),
  },
  RNN: { options: { cell: cells, ...flags }, required: ["cell"] },
  Dense: { options: { units: size(limits.units), activation: activation("linear"), ...weights }, required: ["units"] },
  TimeDistributed: { options: { layer: stepwise }, required: ["layer"], open: true },
  Embedding: {
    options: {
      input_dim: size(limits.vocabulary),
      output_dim: size(limits.units),
      mask_zero: flag(false),
      embeddings_initializer: initializer("uniform"),
    },
    required: ["input_dim", "output_dim"],
  },
  Masking: { options: { mask_value: { type: ["number", "null"], default: 0 } } },
  Activation: { options: { activation: activation("linear") } },
  ReLU: { options: plain },
  Softmax: { options: plain },
  Dropout: { options: { rate }, also: ["SpatialDropout1D"] },
  RepeatVector: { options: { n: size(limits.timesteps) }, required: ["n"] },
  Flatten: { options: {} },
  Reshape: {
    options: { target_shape: { type: "array", items: { type: "integer", anyOf: [{ minimum: 1 }, { enum: [-1] }] } } },
    required: ["target_shape"],
  },
};

/** What a new layer begins with; VS Code writes what follows a ^ without quotes. */
const inserted: Readonly<Record<string, unknown>> = {
  units: "^${1:8}",
  layer: { class_name: "LSTM", config: { units: "^${1:8}" } },
  cell: { class_name: "LSTMCell", config: { units: "^${1:8}" } },
  input_dim: "^${1:1000}",
  output_dim: "^${2:8}",
  n: "^${1:4}",
  target_shape: ["^${1:-1}"],
};

const cellForms = ["SimpleRNN", "LSTM", "GRU"] as const;

/** @param word says a message in the language of the schema */
export function modelSchema(word: (message: Message) => string): Json {
  const described = (schema: Json, text: Message | undefined): Json =>
    text === undefined ? schema : { ...schema, description: word(text) };
  const names = Object.keys(forms);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: word(msg("Model: a Keras Sequential config")),
    type: "object",
    anyOf: [{ required: ["config"] }, { required: ["model_config"] }],
    properties: {
      module: { const: "keras", description: word(msg("Keras 3 wants it when it opens the file.")) },
      class_name: { enum: ["Sequential", "Functional", "Model"], description: word(msg("A stack of layers, one after the other.")) },
      config: ref("stack"),
      model_config: { type: "object", description: word(msg("The model in a file of weights.")) },
      keras_version: { type: "string", description: word(msg("Of the Keras that wrote it; before 3, hard_sigmoid is another function.")) },
      unroll: {
        type: "object",
        description: word(msg("What only Unroll knows; Keras ignores it.")),
        properties: { seed: { type: ["integer", "null"], description: word(msg("Seed of the random weights.")) } },
      },
    },
    definitions: {
      stack: {
        type: ["object", "array"],
        required: ["layers"],
        items: anyLayer,
        properties: {
          name: described({ type: "string" }, msg("The model's name.")),
          layers: described({ type: "array", maxItems: 2 * limits.layers, items: anyLayer }, msg("From the input to the output.")),
          build_input_shape: described(shape, optionTexts["batch_shape"]),
        },
      },
      layer: entry([...names, "Sequential"], [...readableLayers, "InputLayer", "Sequential"], word),
      cell: cellEntry(),
      ...Object.fromEntries(names.map((name) => [name, configOf(forms[name] as Form, described)])),
    },
  };
}

function entry(names: readonly string[], readable: readonly string[], word: (message: Message) => string): Json {
  const offered = names.filter((name) => layerTexts[name] !== undefined);
  return {
    type: "object",
    required: ["class_name"],
    properties: {
      class_name: {
        anyOf: [
          { enum: offered, enumDescriptions: offered.map((name) => word(layerTexts[name] as Message)) },
          { type: "string", pattern: registered(readable) },
        ],
      },
      config: { type: ["object", "array"] },
    },
    defaultSnippets: offered.map((name) => ({ label: name, description: word(layerTexts[name] as Message), body: snippet(name) })),
    allOf: names.map((name) => onlyIf([name, ...(forms[name]?.also ?? [])], name === "Sequential" ? "stack" : name)),
  };
}

function snippet(name: string): Json {
  const keys = name === "TimeDistributed" ? [] : (forms[name]?.required ?? []);
  const config = Object.fromEntries(keys.map((key) => [key, inserted[key]]));
  return { class_name: name, config: name === "TimeDistributed" ? { layer: snippet("Dense") } : config };
}

/** The definition holds where the class is one of these. */
function onlyIf(classes: readonly string[], definition: string): Json {
  const is = { required: ["class_name"], properties: { class_name: { type: "string", pattern: registered(classes) } } };
  const needsConfig = forms[definition]?.required === undefined ? {} : { required: ["config"] };
  return { if: is, then: { ...needsConfig, properties: { config: ref(definition) } } };
}

function cellEntry(): Json {
  const names = [...cellForms.map((name) => `${name}Cell`), "StackedRNNCells"];
  const stacked = { properties: { cells: { type: "array", items: cells } }, required: ["cells"] };
  return {
    type: "object",
    required: ["class_name"],
    properties: { class_name: { anyOf: [{ enum: names }, { type: "string", pattern: registered(names) }] }, config: { type: "object" } },
    allOf: [
      ...cellForms.map((name) => onlyIf([`${name}Cell`], name)),
      {
        if: { required: ["class_name"], properties: { class_name: { type: "string", pattern: registered(["StackedRNNCells"]) } } },
        then: { properties: { config: stacked } },
      },
    ],
  };
}

function configOf({ options, required, tolerated = [], open = false }: Form, described: (schema: Json, text?: Message) => Json): Json {
  const properties = Object.entries({ name: { type: "string" }, ...options }).map(([key, schema]) => [
    key,
    described(schema, optionTexts[key]),
  ]);
  const quiet = [...harmless, ...tolerated].filter((key) => !Object.hasOwn(options, key));
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required !== undefined && { required }),
    // Read elsewhere, or without an influence on the numbers: accepted, but not offered.
    ...(!open && { patternProperties: { [`^(${quiet.join("|")})$`]: {} }, additionalProperties: { enum: [null, false] } }),
  };
}
