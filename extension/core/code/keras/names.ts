/** Which dotted paths are Keras's, in all the packages that it lived in, and what its names mean without an import. */
import type { Value } from "../evaluate/values.js";

/** Layers of Keras 3, and those of Keras 2 that it lacks: a bare name is one of them only if it stands here. */
const layerNames = new Set(
  `Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average AveragePooling1D AveragePooling2D AveragePooling3D
   AvgPool1D AvgPool2D BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D
   Conv2DTranspose Conv3D ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution2D Cropping1D Cropping2D CuDNNGRU CuDNNLSTM Dense
   DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise
   GlobalAveragePooling1D GlobalAveragePooling2D GlobalAvgPool1D GlobalAvgPool2D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPooling1D
   GlobalMaxPooling2D GroupNormalization GroupQueryAttention Hashing Identity InputLayer IntegerLookup LSTM LSTMCell Lambda
   LayerNormalization LeakyReLU LocallyConnected1D Masking MaxPool1D MaxPool2D MaxPooling1D MaxPooling2D Maximum Minimum
   MultiHeadAttention Multiply Normalization PReLU Permute RNN ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D
   SeparableConv2D SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization StackedRNNCells StringLookup
   Subtract TextVectorization ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D`
    .trim()
    .split(/\s+/),
);

/** Modules by the names that tutorials give them. */
const modules: Readonly<Record<string, string>> = {
  tf: "tensorflow",
  tensorflow: "tensorflow",
  keras: "keras",
  layers: "keras.layers",
  models: "keras.models",
  activations: "keras.activations",
  initializers: "keras.initializers",
  regularizers: "keras.regularizers",
  constraints: "keras.constraints",
  optimizers: "keras.optimizers",
  K: "keras.backend",
  np: "numpy",
  numpy: "numpy",
  math: "math",
  torch: "torch",
  nn: "torch.nn",
  F: "torch.nn.functional",
  functools: "functools",
  os: "os",
  sys: "sys",
};

/** What a name is that the source does not bind: its imports may stand in another cell. */
export function unboundName(name: string): Value | undefined {
  if (Object.hasOwn(modules, name)) return { kind: "symbol", path: modules[name] as string };
  if (name === "Sequential" || name === "Model") return { kind: "symbol", path: `keras.models.${name}` };
  if (name === "Input") return { kind: "symbol", path: "keras.Input" };
  if (layerNames.has(name)) return { kind: "symbol", path: `keras.layers.${name}` };
  if (name === "__name__") return { kind: "string", value: "__main__" };
  return name === "partial" ? { kind: "symbol", path: "functools.partial" } : undefined;
}

export type KerasArea = "layers" | "initializers" | "regularizers" | "constraints" | "activations" | "other";

export interface KerasName {
  readonly area: KerasArea;
  readonly name: string;
  /** The package has Keras 2's layers. */
  readonly keras2: boolean;
}

/** What a dotted path names in Keras; undefined where it is not Keras's. */
export function kerasName(path: string): KerasName | undefined {
  const parts = path.split(".");
  const name = parts.at(-1) ?? "";
  const keras = /^(?:keras|tf_keras|keras_core)$/.test(parts[0] ?? "") || (parts[0] === "tensorflow" && parts.slice(1).includes("keras"));
  const keras2 = parts[0] === "tf_keras" || path.includes(".compat.v1.");
  if (!keras) {
    if (parts[0] !== "tensorflow") return undefined;
    if (parts.includes("initializers") || /_initializer$/.test(name)) return { area: "initializers", name, keras2 };
    return undefined;
  }
  for (const area of ["initializers", "regularizers", "constraints", "activations"] as const)
    if (parts.includes(area)) return { area, name, keras2 };
  const layer = parts.includes("layers") || layerNames.has(name) || /^(?:Sequential|Model|Functional|Input)$/.test(name);
  return { area: layer ? "layers" : "other", name, keras2 };
}
