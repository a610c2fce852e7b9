/** One layer of a Keras config → its spec, or a refusal that names it. */
import { failure } from "../errors.js";
import { err, ok, type Result } from "../result.js";
import * as defaults from "./defaults.js";
import { limits } from "./limits.js";
import { Arguments, brief, classAndConfig, isObject, type Json } from "./readFields.js";
import {
  type BidirectionalSpec,
  type DenseSpec,
  type LayerSpec,
  type MergeMode,
  mergeModes,
  type RecurrentClass,
  recurrentClasses,
  type RecurrentSpec,
  type StackSpec,
} from "./spec.js";

export interface ReadContext {
  readonly kerasVersion: 2 | 3;
}

/** Arguments that change no number of an inference with float32, or that are read elsewhere. */
export const harmless: ReadonlySet<string> = new Set([
  "trainable", "dtype", "unroll", "implementation", "use_cudnn", "seed", "time_major", "batch_input_shape", "batch_shape", "input_shape",
  "input_dim", "input_length", "batch_size", "input_dtype", "sparse", "ragged", "optional", "autocast", "quantization_config", "lora_rank",
  "lora_alpha", "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "embeddings_regularizer",
  "kernel_constraint", "recurrent_constraint", "bias_constraint", "embeddings_constraint", "noise_shape", "data_format", "weights",
  "supports_masking", "activation_config", "build_config", "alpha", "consume_less", "enable_caching_device",
]); // prettier-ignore

type Reader = (config: Json, context: ReadContext, label: string) => Result<LayerSpec>;

const readers: Readonly<Record<string, Reader>> = {
  SimpleRNN: (config, context, label) => recurrent("SimpleRNN", config, context, label),
  LSTM: (config, context, label) => recurrent("LSTM", config, context, label),
  GRU: (config, context, label) => recurrent("GRU", config, context, label),
  CuDNNLSTM: (config, context, label) => recurrent("LSTM", config, context, label),
  CuDNNGRU: (config, context, label) => recurrent("GRU", { reset_after: true, ...config }, context, label),
  RNN: overCells,
  Bidirectional: wrapper,
  Dense: denseLayer,
  TimeDistributed: timeDistributed,
  Embedding: (config, context, label) =>
    layer(label, config, context, (a) =>
      defaults.embedding(a.size("input_dim", limits.vocabulary), a.size("output_dim", limits.units), {
        maskZero: a.flag("mask_zero", false),
        embeddingsInitializer: a.initializer("embeddings_initializer", {
          className: "RandomUniform",
          config: { minval: -0.05, maxval: 0.05 },
        }),
      }),
    ),
  Masking: (config, context, label) => layer(label, config, context, (a) => defaults.masking(a.number("mask_value", 0))),
  Activation: (config, context, label) => layer(label, config, context, (a) => defaults.activation(a.activation("activation", "linear"))),
  ReLU: plainActivation("relu"),
  Softmax: plainActivation("softmax"),
  Dropout: (config, context, label) => layer(label, config, context, (a) => defaults.dropout(a.fraction("rate"))),
  SpatialDropout1D: (config, context, label) => layer(label, config, context, (a) => defaults.dropout(a.fraction("rate"))),
  RepeatVector: (config, context, label) => layer(label, config, context, (a) => defaults.repeatVector(a.size("n", limits.timesteps))),
  Flatten: (config, context, label) => layer(label, config, context, () => ({ className: "Flatten", name: "", kept: {} })),
  Reshape: (config, context, label) =>
    layer(label, config, context, (a) => {
      const target = a.get("target_shape");
      const fits = Array.isArray(target) && target.every((d) => Number.isSafeInteger(d) && ((d as number) > 0 || d === -1));
      if (!fits)
        a.fail(
          failure("INVALID_ARGUMENT", "{layer}: target_shape has to be a list of sizes, one −1 allowed; got {got}.", {
            layer: label,
            got: brief(target),
          }),
        );
      return { className: "Reshape", name: "", targetShape: fits ? (target as number[]) : [-1], kept: {} };
    }),
};

/** Every class_name that is read. */
export const readableLayers: readonly string[] = Object.keys(readers);

/** Is there such a layer here at all? */
export function canReadLayer(className: string): boolean {
  return Object.hasOwn(readers, className);
}

/** @param index of the layer, for messages about one without a name. */
export function readLayer(entry: unknown, context: ReadContext, index: number): Result<LayerSpec> {
  const named = isObject(entry) ? classAndConfig(entry) : undefined;
  if (named === undefined) return err(failure("PARSE", "Layer {n} is not an object with “class_name” and “config”.", { n: index + 1 }));
  const className = named.className.split(/[>.]/).at(-1) as string;
  const name = named.config["name"];
  const label = typeof name === "string" && name !== "" ? `${className} “${brief(name)}”` : `${className} (layer ${index + 1})`;
  const reader = Object.hasOwn(readers, className) ? readers[className] : undefined;
  if (reader === undefined) {
    return err(
      failure("UNSUPPORTED", "{layer} is not a layer that can be run here. Remove it, or keep the recurrent part of the model.", {
        layer: label,
      }),
    );
  }
  return reader(named.config, context, label);
}

/** Runs a reader over the arguments, then checks name, dtype and whatever nobody asked for. */
function layer<T extends LayerSpec>(label: string, config: Json, context: ReadContext, read: (a: Arguments) => T): Result<T> {
  const a = new Arguments(label, config, context.kerasVersion);
  const spec = read(a);
  const name = a.text("name", "");
  a.dtype();
  const kept = a.rest();
  if (a.problem !== null) return err(a.problem);
  for (const [key, value] of Object.entries(kept)) {
    if (key === "time_major" && value === true) {
      return err(
        failure("UNSUPPORTED", "{layer}: time_major is not read. Write the data as (batch, time, features) and leave it out.", {
          layer: label,
        }),
      );
    }
    if (!harmless.has(key) && value !== null && value !== false) {
      return err(
        failure("UNSUPPORTED", "{layer}: the argument “{key}” is not known. Remove it, if the result does not depend on it.", {
          layer: label,
          key: brief(key),
        }),
      );
    }
  }
  return ok({ ...spec, name, kept });
}

function recurrent(className: RecurrentClass, config: Json, context: ReadContext, label: string): Result<RecurrentSpec> {
  return layer(label, config, context, (a) =>
    defaults.recurrent(className, a.size("units", limits.units), {
      activation: a.activation("activation", "tanh"),
      // Keras 1's default was hard_sigmoid, but a config always writes it; Keras 2 and 3 agree.
      recurrentActivation: className === "SimpleRNN" ? "sigmoid" : a.activation("recurrent_activation", "sigmoid"),
      useBias: a.flag("use_bias", true),
      returnSequences: a.flag("return_sequences", false),
      returnState: a.flag("return_state", false),
      goBackwards: a.flag("go_backwards", false),
      stateful: a.flag("stateful", false),
      zeroOutputForMask: a.flag("zero_output_for_mask", false),
      resetAfter: className === "GRU" ? a.flag("reset_after", true) : true,
      unitForgetBias: className === "LSTM" ? a.flag("unit_forget_bias", true) : true,
      dropout: a.fraction("dropout"),
      recurrentDropout: a.fraction("recurrent_dropout"),
      kernelInitializer: a.initializer("kernel_initializer", { className: "GlorotUniform", config: {} }),
      recurrentInitializer: a.initializer("recurrent_initializer", { className: "Orthogonal", config: { gain: 1 } }),
      biasInitializer: a.initializer("bias_initializer", { className: "Zeros", config: {} }),
    }),
  );
}

/** keras.layers.RNN over a cell, a list of cells, or StackedRNNCells. */
function overCells(config: Json, context: ReadContext, label: string): Result<StackSpec> {
  const { cell, ...rest } = config;
  const entries = cellsIn(cell);
  const cells: RecurrentSpec[] = [];
  for (const entry of entries) {
    const named = isObject(entry) ? classAndConfig(entry) : undefined;
    const className = recurrentClasses.find((name) => `${name}Cell` === named?.className.split(/[>.]/).at(-1));
    if (named === undefined || className === undefined) {
      const args = { layer: label, cell: named?.className ?? brief(entry) };
      return err(failure("UNSUPPORTED", "{layer}: only SimpleRNNCell, LSTMCell and GRUCell can be run here, not {cell}.", args));
    }
    const read = recurrent(className, named.config, context, `${label}, ${className}Cell`);
    if (!read.ok) return read;
    cells.push(read.value);
  }
  if (cells.length === 0) return err(failure("INVALID_ARGUMENT", "{layer} has no cells.", { layer: label }));
  if (cells.length > limits.layers) {
    return err(
      failure("TOO_LARGE", "{layer} has {got} cells; the limit is {limit}.", { layer: label, got: cells.length, limit: limits.layers }),
    );
  }
  return layer(label, rest, context, (a) =>
    defaults.stack(cells, {
      returnSequences: a.flag("return_sequences", false),
      returnState: a.flag("return_state", false),
      goBackwards: a.flag("go_backwards", false),
      stateful: a.flag("stateful", false),
      zeroOutputForMask: a.flag("zero_output_for_mask", false),
    }),
  );
}

function cellsIn(cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) return cell;
  const named = isObject(cell) ? classAndConfig(cell) : undefined;
  const inner = named?.config["cells"];
  return named?.className.split(/[>.]/).at(-1) === "StackedRNNCells" && Array.isArray(inner) ? inner.flatMap(cellsIn) : [cell];
}

function denseLayer(config: Json, context: ReadContext, label: string): Result<DenseSpec> {
  return layer(label, config, context, (a) =>
    defaults.dense(a.size("units", limits.units), {
      activation: a.activation("activation", "linear"),
      useBias: a.flag("use_bias", true),
      kernelInitializer: a.initializer("kernel_initializer", { className: "GlorotUniform", config: {} }),
      biasInitializer: a.initializer("bias_initializer", { className: "Zeros", config: {} }),
    }),
  );
}

function plainActivation(name: string): Reader {
  return (config, context, label) => {
    const { max_value: max, negative_slope: slope, threshold, axis, ...rest } = config;
    const plain = (max === undefined || max === null || max === 6) && !slope && !threshold && (axis === undefined || axis === -1);
    if (!plain) return err(failure("UNSUPPORTED", "{layer}: only the plain form of this activation can be run.", { layer: label }));
    return layer(label, rest, context, () => defaults.activation(max === 6 ? "relu6" : name));
  };
}

/** TimeDistributed applies a layer to each step; for a layer that works on the last axis it changes nothing. */
function timeDistributed(config: Json, context: ReadContext, label: string): Result<LayerSpec> {
  const inner = readLayer(config["layer"], context, 0);
  if (!inner.ok) return inner;
  const name = typeof config["name"] === "string" ? config["name"] : "";
  const spec = inner.value;
  if (spec.className === "Dense") return ok({ ...spec, name, timeDistributed: true });
  if (spec.className === "Activation" || spec.className === "Dropout") return ok({ ...spec, name });
  return err(
    failure("UNSUPPORTED", "{layer}: TimeDistributed can wrap Dense, Activation and Dropout here, not {inner}.", {
      layer: label,
      inner: spec.className,
    }),
  );
}

function wrapper(config: Json, context: ReadContext, label: string): Result<BidirectionalSpec> {
  const { layer: forwardEntry, backward_layer: backwardEntry, merge_mode: mode, ...rest } = config;
  const mergeMode = (mode === undefined ? "concat" : mode) as MergeMode;
  if (!mergeModes.includes(mergeMode)) {
    return err(
      failure("INVALID_ARGUMENT", "{layer}: merge_mode has to be concat, sum, mul, ave or null; got {got}.", {
        layer: label,
        got: brief(mode),
      }),
    );
  }
  const forward = direction(forwardEntry, context, label);
  if (!forward.ok) return forward;
  const ownBackward = backwardEntry !== undefined && backwardEntry !== null;
  const backward = ownBackward ? direction(backwardEntry, context, label) : ok(defaults.mirrorOf(forward.value));
  if (!backward.ok) return backward;
  const clash = disagreement(forward.value, backward.value);
  if (clash !== undefined) {
    const args = { layer: label, key: clash };
    if (clash === "go_backwards")
      return err(failure("INVALID_ARGUMENT", "{layer}: one direction has to have {key} true, the other false.", args));
    return err(failure("INVALID_ARGUMENT", "{layer}: both directions have to have the same {key}.", args));
  }
  return layer(label, rest, context, (a) => {
    // Keras 3 repeats the wrapped layer's flags on the wrapper.
    for (const key of ["return_sequences", "return_state", "stateful", "go_backwards", "zero_output_for_mask"]) a.get(key);
    return { className: "Bidirectional", name: "", mergeMode, layer: forward.value, backward: backward.value, ownBackward, kept: {} };
  });
}

function direction(entry: unknown, context: ReadContext, label: string): Result<RecurrentSpec> {
  const inner = readLayer(entry, context, 0);
  if (!inner.ok) return inner;
  // RNN(LSTMCell(3)) is LSTM(3).
  const only = inner.value.className === "RNN" && inner.value.cells.length === 1 ? inner.value.cells[0] : undefined;
  const spec = only === undefined ? inner.value : { ...only, name: inner.value.name };
  if (!(recurrentClasses as readonly string[]).includes(spec.className)) {
    return err(
      failure("UNSUPPORTED", "{layer} has to wrap SimpleRNN, LSTM or GRU; it wraps {inner}.", { layer: label, inner: spec.className }),
    );
  }
  return ok(spec as RecurrentSpec);
}

/** What two directions must share, or must not. Source: keras.layers.Bidirectional. */
function disagreement(forward: RecurrentSpec, backward: RecurrentSpec): string | undefined {
  if (forward.goBackwards === backward.goBackwards) return "go_backwards";
  if (forward.returnSequences !== backward.returnSequences) return "return_sequences";
  if (forward.returnState !== backward.returnState) return "return_state";
  if (forward.stateful !== backward.stateful) return "stateful";
  return undefined;
}
