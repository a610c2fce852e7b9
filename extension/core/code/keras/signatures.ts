/** The order of arguments of Keras's constructors, for calls that do not name them. Source: keras.layers, Keras 3 and 2. */

const recurrentTail =
  "use_bias kernel_initializer recurrent_initializer bias_initializer kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout";
const cellTail =
  "use_bias kernel_initializer recurrent_initializer bias_initializer kernel_regularizer recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout";
const gatedTail = recurrentTail.replace("bias_initializer ", "bias_initializer unit_forget_bias ");

const signatures: Readonly<Record<string, string>> = {
  SimpleRNN: `units activation ${recurrentTail}`,
  LSTM: `units activation recurrent_activation ${gatedTail}`,
  GRU: `units activation recurrent_activation ${recurrentTail}`,
  SimpleRNNCell: `units activation ${cellTail}`,
  LSTMCell: `units activation recurrent_activation ${cellTail.replace("bias_initializer ", "bias_initializer unit_forget_bias ")}`,
  GRUCell: `units activation recurrent_activation ${cellTail}`,
  CuDNNLSTM: "units kernel_initializer recurrent_initializer bias_initializer unit_forget_bias",
  CuDNNGRU: "units kernel_initializer recurrent_initializer bias_initializer",
  RNN: "cell return_sequences return_state go_backwards stateful unroll",
  StackedRNNCells: "cells",
  Bidirectional: "layer merge_mode weights backward_layer",
  TimeDistributed: "layer",
  Dense:
    "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint",
  Embedding: "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero input_length",
  Masking: "mask_value",
  Activation: "activation",
  Dropout: "rate noise_shape seed",
  SpatialDropout1D: "rate",
  RepeatVector: "n",
  Reshape: "target_shape",
  Flatten: "data_format",
  ReLU: "max_value negative_slope threshold",
  LeakyReLU: "negative_slope",
  Softmax: "axis",
  InputLayer: "shape batch_size dtype",
  Input: "shape batch_size dtype",
  Conv1D: "filters kernel_size strides padding",
  MaxPooling1D: "pool_size strides padding",
  // Initialisers, regularisers, constraints.
  RandomNormal: "mean stddev seed",
  RandomUniform: "minval maxval seed",
  TruncatedNormal: "mean stddev seed",
  Constant: "value",
  Orthogonal: "gain seed",
  Identity: "gain",
  VarianceScaling: "scale mode distribution seed",
  GlorotUniform: "seed",
  GlorotNormal: "seed",
  HeNormal: "seed",
  HeUniform: "seed",
  LecunNormal: "seed",
  LecunUniform: "seed",
  L1: "l1",
  L2: "l2",
  L1L2: "l1 l2",
  MaxNorm: "max_value axis",
  MinMaxNorm: "min_value max_value rate axis",
  UnitNorm: "axis",
};

/** The name of a positional argument; undefined beyond those that are known. */
export function argumentName(className: string, index: number): string | undefined {
  return Object.hasOwn(signatures, className) ? signatures[className]?.split(" ")[index] : undefined;
}

const objectNames: Readonly<Record<string, string>> = {
  l1: "L1",
  l2: "L2",
  l1_l2: "L1L2",
  max_norm: "MaxNorm",
  min_max_norm: "MinMaxNorm",
  non_neg: "NonNeg",
  unit_norm: "UnitNorm",
};

/** `glorot_uniform`, `random_normal_initializer`, `l2` → the class. */
export function objectClass(name: string): string {
  if (Object.hasOwn(objectNames, name)) return objectNames[name] as string;
  if (/^[A-Z]/.test(name)) return name;
  return name.replace(/_initializer$/, "").replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
