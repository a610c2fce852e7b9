/** Model → Keras 3 code: a Sequential with only what differs from Keras's defaults. */
import { snakeCase } from "../../model/defaults.js";
import { withNames } from "../../model/read.js";
import { classAndConfig, isObject, type Json } from "../../model/readFields.js";
import { flowOf } from "../../model/shapes.js";
import type { BidirectionalSpec, Initializer, LayerSpec, ModelSpec, RecurrentSpec, StackSpec } from "../../model/spec.js";
import { flagsOf } from "../../model/defaults.js";
import { shapeNote } from "./code.js";
import { call, type Code, float, keyword, lines, literal, text, tuple } from "./python.js";

/** @param entries the layers of the config: a few classes are one to the engine and two to Keras. */
export function kerasCode(model: ModelSpec, entries: readonly Json[]): string {
  const flow = flowOf(model);
  const own = ownNames(model.layers);
  const layers = model.layers.map((layer, i): Code => {
    const written = layerCode(layer, entries[i] ?? {}, own.has(layer.name));
    const note = flow[i] === undefined ? null : shapeNote(flow[i]);
    return note === null ? written : { code: written as Exclude<Code, { code: unknown }>, note };
  });
  if (model.input !== null) layers.unshift(inputCode(model));
  const list = { open: "[", items: layers, close: "]", tall: true };
  const items: Code[] = [list, ...(model.name === "sequential" ? [] : [keyword("name", text(model.name))])];
  const body = lines({ open: "model = keras.Sequential(", items, close: ")", tall: true });
  const old = usesOldSigmoid(model.layers) ? [...oldSigmoid, ""] : [];
  const after = model.input === null ? [] : ["model.summary()"];
  return [...imports(model), "", ...old, ...body, ...after, ""].join("\n");
}

function imports(model: ModelSpec): string[] {
  return model.layers.length === 0 ? ["import keras"] : ["import keras", "from keras import layers"];
}

/** Keras 3 has hard_sigmoid with another slope. */
const oldSigmoid = [
  "",
  "def hard_sigmoid_keras2(x):",
  '    """The hard_sigmoid of Keras 1 and 2: another slope than Keras 3\'s."""',
  "    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)",
  "",
];

function usesOldSigmoid(layers: readonly LayerSpec[]): boolean {
  return JSON.stringify(layers).includes('"hard_sigmoid_keras2"');
}

/** Names that Keras would not give by itself. Leaving one out changes what is free for the next. */
function ownNames(layers: readonly LayerSpec[]): Set<string> {
  const own = new Set<string>();
  for (let changed = true; changed;) {
    changed = false;
    const automatic = withNames(layers.map((layer) => (own.has(layer.name) ? layer : { ...layer, name: "" })));
    layers.forEach((layer, i) => {
      if (automatic[i]?.name === layer.name || own.has(layer.name)) return;
      own.add(layer.name);
      changed = true;
    });
  }
  return own;
}

function inputCode(model: ModelSpec): Code {
  const input = model.input ?? [];
  const shape = input[0] === null ? keyword("shape", tuple(input.slice(1))) : keyword("batch_shape", tuple(input));
  return call("keras.Input", shape, ...(model.layers[0]?.className === "Embedding" ? [keyword("dtype", text("int32"))] : []));
}

/** Arguments that differ from Keras's defaults. */
class Options {
  readonly items: Code[] = [];

  add(key: string, value: Code | null): void {
    if (value !== null) this.items.push(keyword(key, value));
  }

  flag(key: string, value: boolean, byDefault = false): void {
    if (value !== byDefault) this.items.push(keyword(key, value ? "True" : "False"));
  }

  activation(key: string, value: string, byDefault: string): void {
    if (value !== byDefault) this.items.push(keyword(key, activationCode(value)));
  }

  initializer(key: string, value: Initializer, byDefault: Initializer): void {
    const code = initializerCode(value, byDefault);
    if (code !== null) this.items.push(keyword(key, code));
  }

  kept(kept: Json): void {
    for (const [key, value] of Object.entries(kept)) {
      const code = keptCode(key, value);
      if (code !== null) this.items.push(keyword(key, code));
    }
  }
}

function activationCode(name: string): string {
  return name === "hard_sigmoid_keras2" ? name : text(name);
}

const set = (config: Json): [string, unknown][] => Object.entries(config).filter(([, value]) => value !== null && value !== undefined);

/** null for the default; a name where the initialiser has no options. */
function initializerCode(value: Initializer, byDefault: Initializer): Code | null {
  const name = (own: Initializer): string => snakeCase(own.className).replace(/_initializer$/, "");
  const config = set(value.config);
  const same = config.every(([key, own]) => byDefault.config[key] === own);
  if (name(value) === name(byDefault) && same) return null;
  if (config.length === 0) return text(name(value));
  return objectCode("initializers", value.className, config);
}

function objectCode(area: string, className: string, config: readonly [string, unknown][]): Code {
  return call(`keras.${area}.${className}`, ...config.map(([key, value]) => keyword(key, literal(value))));
}

/** What changes no number of a run, but is said in the config: regularizers, constraints, dtype. */
function keptCode(key: string, value: unknown): Code | null {
  if (value === null || value === undefined) return null;
  const area = key.endsWith("_regularizer") ? "regularizers" : key.endsWith("_constraint") ? "constraints" : null;
  if (area !== null) {
    if (typeof value === "string") return text(value);
    const named = classAndConfig(value);
    return named === undefined ? null : objectCode(area, named.className, set(named.config));
  }
  if (key === "trainable") return value === false ? "False" : null;
  if (key === "unroll") return value === true ? "True" : null;
  if (key === "seed") return Number.isSafeInteger(value) ? literal(value) : null;
  if (key === "noise_shape" && Array.isArray(value)) return tuple(value as (number | null)[]);
  if (key === "data_format") return value === "channels_first" ? text(value) : null;
  if (key !== "dtype") return null;
  const name = isObject(value) && isObject(value["config"]) ? value["config"]["name"] : value;
  return typeof name === "string" && name !== "float32" ? text(name) : null;
}

const glorot: Initializer = { className: "GlorotUniform", config: {} };
const zeros: Initializer = { className: "Zeros", config: {} };
const orthogonal: Initializer = { className: "Orthogonal", config: { gain: 1 } };
const uniform: Initializer = { className: "RandomUniform", config: { minval: -0.05, maxval: 0.05 } };

/** @param named its name is said. */
function layerCode(layer: LayerSpec, entry: Json, named: boolean): Code {
  const own = named ? [keyword("name", text(layer.name))] : [];
  const raw = classAndConfig(entry);
  const className = raw?.className.split(/[>.]/).at(-1);
  // The engine runs these as Activation and Dropout; Keras knows them by their names.
  if (
    raw !== undefined &&
    (/^(?:ReLU|Softmax|SpatialDropout1D)$/.test(className ?? "") || (className === "TimeDistributed" && layer.className !== "Dense"))
  ) {
    return rawCode(className ?? "", raw.config, own);
  }
  const { items, name } = layerArguments(layer);
  return call(name, ...items, ...own);
}

/** A layer as its config has it. */
function rawCode(className: string, config: Json, own: readonly Code[]): Code {
  const args = set(config).flatMap(([key, value]): Code[] => {
    if (key === "name") return [];
    const inner = key === "layer" ? classAndConfig(value) : undefined;
    if (inner !== undefined) return [rawCode(inner.className, inner.config, [])];
    if (key === "trainable" || key === "dtype" || key === "seed" || key === "noise_shape") {
      const code = keptCode(key, value);
      return code === null ? [] : [keyword(key, code)];
    }
    return [key === "rate" || key === "activation" ? literal(value) : keyword(key, literal(value))];
  });
  return call(`layers.${className}`, ...args, ...own);
}

/** The constructor with what differs from its defaults, sizes first. */
function layerArguments(layer: LayerSpec): { name: string; items: Code[] } {
  const options = new Options();
  const done = (...first: Code[]): { name: string; items: Code[] } => {
    options.kept(layer.kept);
    return { name: `layers.${layer.className}`, items: [...first, ...options.items] };
  };
  switch (layer.className) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return { name: `layers.${layer.className}`, items: recurrentArguments(layer, true) };
    case "Bidirectional":
      return bidirectionalArguments(layer, done, options);
    case "RNN":
      return stackArguments(layer, done, options);
    case "Dense":
      options.activation("activation", layer.activation, "linear");
      options.flag("use_bias", layer.useBias, true);
      options.initializer("kernel_initializer", layer.kernelInitializer, glorot);
      options.initializer("bias_initializer", layer.biasInitializer, zeros);
      return layer.timeDistributed
        ? { name: "layers.TimeDistributed", items: [call("layers.Dense", ...done(String(layer.units)).items)] }
        : done(String(layer.units));
    case "Embedding":
      options.initializer("embeddings_initializer", layer.embeddingsInitializer, uniform);
      options.flag("mask_zero", layer.maskZero);
      return done(String(layer.inputDim), String(layer.outputDim));
    case "Masking":
      return layer.maskValue === 0 ? done() : done(keyword("mask_value", float(layer.maskValue)));
    case "Activation":
      return done(activationCode(layer.activation));
    case "Dropout":
      return done(String(layer.rate));
    case "RepeatVector":
      return done(String(layer.n));
    case "Reshape":
      return done(tuple(layer.targetShape));
    case "Flatten":
      return done();
  }
}

/** @param flags also what an RNN says for its cells. */
function recurrentArguments(layer: RecurrentSpec, flags: boolean): Code[] {
  const options = new Options();
  options.activation("activation", layer.activation, "tanh");
  if (layer.className !== "SimpleRNN") options.activation("recurrent_activation", layer.recurrentActivation, "sigmoid");
  options.flag("use_bias", layer.useBias, true);
  options.initializer("kernel_initializer", layer.kernelInitializer, glorot);
  options.initializer("recurrent_initializer", layer.recurrentInitializer, orthogonal);
  options.initializer("bias_initializer", layer.biasInitializer, zeros);
  if (layer.className === "LSTM") options.flag("unit_forget_bias", layer.unitForgetBias, true);
  if (layer.dropout > 0) options.add("dropout", String(layer.dropout));
  if (layer.recurrentDropout > 0) options.add("recurrent_dropout", String(layer.recurrentDropout));
  if (layer.className === "GRU") options.flag("reset_after", layer.resetAfter, true);
  if (flags) addFlags(options, layer);
  options.kept(layer.kept);
  return [String(layer.units), ...options.items];
}

function addFlags(options: Options, flags: ReturnType<typeof flagsOf>): void {
  options.flag("return_sequences", flags.returnSequences);
  options.flag("return_state", flags.returnState);
  options.flag("go_backwards", flags.goBackwards);
  options.flag("stateful", flags.stateful);
  options.flag("zero_output_for_mask", flags.zeroOutputForMask);
}

/** An inner layer keeps a name that Keras would not give it. */
function innerCode(layer: RecurrentSpec, prefix: string): Code {
  const automatic = layer.name === "" || layer.name === `${prefix}${snakeCase(layer.className)}`;
  return call(`layers.${layer.className}`, ...recurrentArguments(layer, true), ...(automatic ? [] : [keyword("name", text(layer.name))]));
}

type Done = (...first: Code[]) => { name: string; items: Code[] };

function bidirectionalArguments(layer: BidirectionalSpec, done: Done, options: Options): ReturnType<Done> {
  if (layer.mergeMode !== "concat") options.add("merge_mode", literal(layer.mergeMode));
  if (layer.ownBackward) options.add("backward_layer", innerCode(layer.backward, "backward_"));
  return done(innerCode(layer.layer, "forward_"));
}

/** RNN over one cell or several. */
function stackArguments(layer: StackSpec, done: Done, options: Options): ReturnType<Done> {
  const taken = new Set<string>();
  const cells = layer.cells.map((cell): Code => {
    let automatic = `${snakeCase(cell.className)}_cell`;
    for (let i = 1; taken.has(automatic); i++) automatic = `${snakeCase(cell.className)}_cell_${i}`;
    taken.add(automatic);
    const named = cell.name === "" || cell.name === automatic ? [] : [keyword("name", text(cell.name))];
    return call(`layers.${cell.className}Cell`, ...recurrentArguments(cell, false), ...named);
  });
  addFlags(options, flagsOf(layer));
  const [only] = cells;
  return done(cells.length === 1 && only !== undefined ? only : { open: "[", items: cells, close: "]" });
}
