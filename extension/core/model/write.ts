/** Model → Keras 3 Sequential config that `keras.models.model_from_json` accepts. */
import { flagsOf } from "./defaults.js";
import type { BidirectionalSpec, Initializer, LayerSpec, ModelSpec, RecurrentSpec, StackSpec } from "./spec.js";

type Json = Record<string, unknown>;

/** What only this product knows sits under the one key "unroll", which Keras ignores. */
export function writeModel(model: ModelSpec): Json {
  const layers: Json[] = [];
  if (model.input !== null) {
    const dtype = model.layers[0]?.className === "Embedding" ? "int32" : "float32";
    layers.push(keras("InputLayer", { batch_shape: [...model.input], dtype, name: "input_layer" }));
  }
  layers.push(...model.layers.map(writeLayer));
  const out: Json = {
    module: "keras",
    class_name: "Sequential",
    config: { name: model.name, trainable: true, dtype: "float32", layers },
    registered_name: null,
  };
  if (model.kerasVersion === 2) out["keras_version"] = "2.15.0";
  const own = ownPart(model);
  if (own !== null) out["unroll"] = own;
  return out;
}

/** Keras would run a layer that stands in its list, so those that are switched off stand here (docs/adr/0007). */
function ownPart(model: ModelSpec): Json | null {
  const disabled = (model.disabled ?? []).map(({ position, layer }) => ({ position, layer: writeLayer(layer) }));
  if (model.seed === null && disabled.length === 0) return null;
  return { ...(model.seed === null ? {} : { seed: model.seed }), ...(disabled.length === 0 ? {} : { disabled }) };
}

function keras(className: string, config: Json, module = "keras.layers"): Json {
  return { module, class_name: className, config, registered_name: null };
}

function initializer(value: Initializer): Json {
  const className = /_|^[a-z]/.test(value.className) ? camel(value.className) : value.className;
  return keras(className, { ...value.config }, "keras.initializers");
}

/** `glorot_uniform` → `GlorotUniform`. */
function camel(name: string): string {
  return name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** Keras 2's hard_sigmoid has no name of its own in a Keras file: the file's version says which is meant. */
function activation(name: string): string {
  return name === "hard_sigmoid_keras2" ? "hard_sigmoid" : name;
}

const notWritten = new Set([
  "batch_input_shape",
  "batch_shape",
  "input_shape",
  "input_length",
  "input_dim",
  "batch_size",
  "implementation",
  "time_major",
]);

/** Arguments as they came, but for the shape of the first layer: the InputLayer says it. */
function kept(layer: LayerSpec): Json {
  return Object.fromEntries(Object.entries(layer.kept).filter(([key]) => !notWritten.has(key)));
}

export function writeLayer(layer: LayerSpec): Json {
  const head = { name: layer.name };
  switch (layer.className) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU":
      return keras(layer.className, recurrentConfig(layer));
    case "Bidirectional":
      return bidirectionalLayer(layer);
    case "RNN":
      return stackLayer(layer);
    case "Dense": {
      const config = {
        ...head,
        units: layer.units,
        activation: activation(layer.activation),
        use_bias: layer.useBias,
        kernel_initializer: initializer(layer.kernelInitializer),
        bias_initializer: initializer(layer.biasInitializer),
        ...kept(layer),
      };
      if (!layer.timeDistributed) return keras("Dense", config);
      return keras("TimeDistributed", { ...head, layer: keras("Dense", { ...config, name: `${layer.name}_layer` }) });
    }
    case "Embedding":
      return keras("Embedding", {
        ...head,
        input_dim: layer.inputDim,
        output_dim: layer.outputDim,
        embeddings_initializer: initializer(layer.embeddingsInitializer),
        mask_zero: layer.maskZero,
        ...kept(layer),
      });
    case "Masking":
      return keras("Masking", { ...head, mask_value: layer.maskValue, ...kept(layer) });
    case "Activation":
      return keras("Activation", { ...head, activation: activation(layer.activation), ...kept(layer) });
    case "Dropout":
      return keras("Dropout", { ...head, rate: layer.rate, ...kept(layer) });
    case "RepeatVector":
      return keras("RepeatVector", { ...head, n: layer.n, ...kept(layer) });
    case "Flatten":
      return keras("Flatten", { ...head, ...kept(layer) });
    case "Reshape":
      return keras("Reshape", { ...head, target_shape: [...layer.targetShape], ...kept(layer) });
  }
}

function recurrentConfig(layer: RecurrentSpec): Json {
  const gated = layer.className !== "SimpleRNN";
  return {
    name: layer.name,
    return_sequences: layer.returnSequences,
    return_state: layer.returnState,
    go_backwards: layer.goBackwards,
    stateful: layer.stateful,
    zero_output_for_mask: layer.zeroOutputForMask,
    units: layer.units,
    activation: activation(layer.activation),
    ...(gated ? { recurrent_activation: activation(layer.recurrentActivation) } : {}),
    use_bias: layer.useBias,
    kernel_initializer: initializer(layer.kernelInitializer),
    recurrent_initializer: initializer(layer.recurrentInitializer),
    bias_initializer: initializer(layer.biasInitializer),
    ...(layer.className === "LSTM" ? { unit_forget_bias: layer.unitForgetBias } : {}),
    dropout: layer.dropout,
    recurrent_dropout: layer.recurrentDropout,
    ...(layer.className === "GRU" ? { reset_after: layer.resetAfter } : {}),
    ...kept(layer),
  };
}

/** Arguments of a layer that the RNN says, and its cells do not. */
const ofTheRnn = ["return_sequences", "return_state", "go_backwards", "stateful", "zero_output_for_mask"];

function stackLayer(layer: StackSpec): Json {
  const flags = flagsOf(layer);
  const cells = layer.cells.map((cell) => {
    const config = Object.fromEntries(Object.entries(recurrentConfig(cell)).filter(([key]) => !ofTheRnn.includes(key)));
    return keras(`${cell.className}Cell`, config);
  });
  const cell = cells.length === 1 ? cells[0] : keras("StackedRNNCells", { name: `${layer.name}_cells`, cells });
  return keras("RNN", {
    name: layer.name,
    return_sequences: flags.returnSequences,
    return_state: flags.returnState,
    go_backwards: flags.goBackwards,
    stateful: flags.stateful,
    zero_output_for_mask: flags.zeroOutputForMask,
    cell,
    ...kept(layer),
  });
}

function bidirectionalLayer(layer: BidirectionalSpec): Json {
  const config: Json = { name: layer.name, merge_mode: layer.mergeMode, layer: keras(layer.layer.className, recurrentConfig(layer.layer)) };
  if (layer.ownBackward) config["backward_layer"] = keras(layer.backward.className, recurrentConfig(layer.backward));
  return keras("Bidirectional", { ...config, ...kept(layer) });
}
