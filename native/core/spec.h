// A program: layers without names or Keras's conveniences, in the order of their weights.
#ifndef UNROLL_CORE_SPEC_H_
#define UNROLL_CORE_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

namespace unroll {

// Names are Keras 3's; kHardSigmoidKeras2 is clip(0.2x + 0.5, 0, 1).
enum class Activation {
  kLinear,
  kRelu,
  kRelu6,
  kLeakyRelu,
  kElu,
  kSelu,
  kCelu,
  kGelu,
  kSilu,
  kMish,
  kSoftplus,
  kSoftsign,
  kTanh,
  kHardTanh,
  kSigmoid,
  kHardSigmoid,
  kHardSigmoidKeras2,
  kHardSilu,
  kLogSigmoid,
  kExponential,
  kSoftmax,
  kLogSoftmax,
  kTanhShrink,
  kSoftShrink,
  kHardShrink,
  kSquareplus,
  kSparsePlus,
  kSparseSigmoid,
  kSparsemax,
  kThreshold,
};

inline constexpr struct {
  const char* name;
  Activation activation;
} kActivationNames[] = {
    {"linear", Activation::kLinear},
    {"relu", Activation::kRelu},
    {"relu6", Activation::kRelu6},
    {"leaky_relu", Activation::kLeakyRelu},
    {"elu", Activation::kElu},
    {"selu", Activation::kSelu},
    {"celu", Activation::kCelu},
    {"gelu", Activation::kGelu},
    {"silu", Activation::kSilu},
    {"mish", Activation::kMish},
    {"softplus", Activation::kSoftplus},
    {"softsign", Activation::kSoftsign},
    {"tanh", Activation::kTanh},
    {"hard_tanh", Activation::kHardTanh},
    {"sigmoid", Activation::kSigmoid},
    {"hard_sigmoid", Activation::kHardSigmoid},
    {"hard_sigmoid_keras2", Activation::kHardSigmoidKeras2},
    {"hard_silu", Activation::kHardSilu},
    {"log_sigmoid", Activation::kLogSigmoid},
    {"exponential", Activation::kExponential},
    {"softmax", Activation::kSoftmax},
    {"log_softmax", Activation::kLogSoftmax},
    {"tanh_shrink", Activation::kTanhShrink},
    {"soft_shrink", Activation::kSoftShrink},
    {"hard_shrink", Activation::kHardShrink},
    {"squareplus", Activation::kSquareplus},
    {"sparse_plus", Activation::kSparsePlus},
    {"sparse_sigmoid", Activation::kSparseSigmoid},
    {"sparsemax", Activation::kSparsemax},
    {"threshold", Activation::kThreshold},
};

enum class Cell { kSimpleRnn, kLstm, kGru };

// Gates of a cell: the factor G of its kernel [D, G·H].
inline int64_t GateCount(Cell cell) { return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1; }
// States of a cell: h, and c of an LSTM.
inline int64_t StateCount(Cell cell) { return cell == Cell::kLstm ? 2 : 1; }
// Tensors that capture writes at every step: states, then gates.
inline int64_t TraceCount(Cell cell) { return cell == Cell::kLstm ? 6 : cell == Cell::kGru ? 4 : 1; }

struct RecurrentSpec {
  Cell cell = Cell::kSimpleRnn;
  int64_t units = 0;
  Activation activation = Activation::kTanh;
  Activation recurrent_activation = Activation::kSigmoid;
  bool use_bias = true;
  bool return_sequences = false;
  bool go_backwards = false;
  // A masked step's output is zero instead of the previous output.
  bool zero_output_for_mask = false;
  bool reset_after = true;
};

enum class LayerKind { kRecurrent, kBidirectional, kStack, kDense, kEmbedding, kMasking, kActivation, kRepeatVector, kReshape };
enum class MergeMode { kConcat, kSum, kMul, kAve, kNone };

struct LayerSpec {
  LayerKind kind = LayerKind::kRecurrent;
  // The directions of a recurrent layer: one, or forward and backward. Of a stack its cells, each of which reads what the one before it
  // gives; all but the last return sequences, only the first may go backwards.
  std::vector<RecurrentSpec> directions;
  MergeMode merge = MergeMode::kConcat;
  // Dense, Embedding.
  int64_t units = 0;
  Activation activation = Activation::kLinear;
  bool use_bias = true;
  // Embedding.
  int64_t vocabulary = 0;
  bool mask_zero = false;
  // Masking.
  float mask_value = 0;
  // RepeatVector.
  int64_t times = 0;
  // Reshape, without the batch; one −1 allowed.
  std::vector<int64_t> target;
};

}  // namespace unroll

#endif  // UNROLL_CORE_SPEC_H_
