// Activation functions one number at a time, after Keras 3; computed in double where float would lose digits.
#ifndef UNROLL_KERNELS_CPU_ACTIVATION_SCALAR_H_
#define UNROLL_KERNELS_CPU_ACTIVATION_SCALAR_H_

#include <algorithm>
#include <cmath>
#include <limits>

#include "native/core/spec.h"

// The kernels of the GPU compute the rare ones by the same formulas.
#ifdef __CUDACC__
#define UNROLL_EVERYWHERE __host__ __device__
#else
#define UNROLL_EVERYWHERE
#endif

namespace unroll {

// static: each target compiles these with its own instruction set, and the linker must not give one target's copy to another.
UNROLL_EVERYWHERE static inline double ScalarSigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
UNROLL_EVERYWHERE static inline double ScalarSoftplus(double x) {
  return (x > 0 ? x : x <= 0 ? 0 : x) + std::log1p(std::exp(-std::fabs(x)));
}
// NaN stays NaN, as in Keras.
UNROLL_EVERYWHERE static inline double ScalarClip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

// x: one value; returns its activation. The ones that see a whole vector are not here.
UNROLL_EVERYWHERE static inline double ScalarActivation(Activation activation, double x) {
  constexpr double kSeluAlpha = 1.6732632423543772, kSeluScale = 1.0507009873554805;
  const bool minus_infinity = x == -std::numeric_limits<double>::infinity();
  // One activation a line, as a table.
  // clang-format off
  switch (activation) {
    case Activation::kLinear: return x;
    case Activation::kRelu: return x < 0 ? 0 : x;
    case Activation::kRelu6: return ScalarClip(x, 0, 6);
    case Activation::kLeakyRelu: return x < 0 ? 0.2 * x : x;
    case Activation::kElu:
    case Activation::kCelu: return x < 0 ? std::expm1(x) : x;
    case Activation::kSelu: return kSeluScale * (x < 0 ? kSeluAlpha * std::expm1(x) : x);
    case Activation::kGelu: return minus_infinity ? 0 : 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::kSilu: return minus_infinity ? 0 : x * ScalarSigmoid(x);
    case Activation::kMish: return minus_infinity ? 0 : x * std::tanh(ScalarSoftplus(x));
    case Activation::kSoftplus: return ScalarSoftplus(x);
    case Activation::kSoftsign: return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::fabs(x));
    case Activation::kTanh: return std::tanh(x);
    case Activation::kHardTanh: return ScalarClip(x, -1, 1);
    case Activation::kSigmoid: return ScalarSigmoid(x);
    case Activation::kHardSigmoid: return ScalarClip(x / 6 + 0.5, 0, 1);
    case Activation::kHardSigmoidKeras2: return ScalarClip(0.2 * x + 0.5, 0, 1);
    case Activation::kHardSilu: return minus_infinity ? 0 : x * ScalarClip(x / 6 + 0.5, 0, 1);
    case Activation::kLogSigmoid: return -ScalarSoftplus(-x);
    case Activation::kExponential: return std::exp(x);
    case Activation::kTanhShrink: return x - std::tanh(x);
    case Activation::kSoftShrink: return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : std::isnan(x) ? x : 0;
    case Activation::kHardShrink: return std::fabs(x) <= 0.5 ? 0 : x;
    case Activation::kSquareplus: return (x + std::sqrt(x * x + 4)) / 2;
    case Activation::kSparsePlus: return x <= -1 ? 0 : x < 1 ? 0.25 * (x + 1) * (x + 1) : x;
    case Activation::kSparseSigmoid: return x <= -1 ? 0 : x >= 1 ? 1 : 0.5 * (x + 1);
    case Activation::kThreshold: return x <= 0 ? 0 : x;
    case Activation::kSoftmax:
    case Activation::kLogSoftmax:
    case Activation::kSparsemax: break;
  }
  // clang-format on
  return x;
}

UNROLL_EVERYWHERE static inline bool SeesWholeVector(Activation activation) {
  return activation == Activation::kSoftmax || activation == Activation::kLogSoftmax || activation == Activation::kSparsemax;
}

static inline bool SeesWholeVector(const RecurrentSpec& spec) {
  return SeesWholeVector(spec.activation) || (spec.cell != Cell::kSimpleRnn && SeesWholeVector(spec.recurrent_activation));
}

// v[n], in place; scratch[n] for sparsemax's sorting. Source: Martins & Astudillo 2016 for sparsemax.
template <typename T>
void VectorActivation(Activation activation, T* v, int64_t n, T* scratch) {
  if (activation == Activation::kSparsemax) {
    std::copy(v, v + n, scratch);
    // A NaN has no place in an order: it makes all of them NaN.
    if (std::any_of(v, v + n, [](T x) { return std::isnan(x); })) {
      std::fill(v, v + n, std::numeric_limits<T>::quiet_NaN());
      return;
    }
    std::sort(scratch, scratch + n, [](T a, T b) { return a > b; });
    double sum = 0, tau = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += scratch[i];
      if (1 + static_cast<double>(i + 1) * scratch[i] > sum) tau = (sum - 1) / static_cast<double>(i + 1);
    }
    for (int64_t i = 0; i < n; ++i) v[i] = static_cast<T>(std::max(0.0, v[i] - tau));
    return;
  }
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t i = 0; i < n; ++i) max = v[i] > max || std::isnan(v[i]) ? v[i] : max;
  for (int64_t i = 0; i < n; ++i) sum += std::exp(v[i] - max);
  for (int64_t i = 0; i < n; ++i) {
    v[i] = static_cast<T>(activation == Activation::kSoftmax ? std::exp(v[i] - max) / sum : v[i] - max - std::log(sum));
  }
}

}  // namespace unroll

#endif  // UNROLL_KERNELS_CPU_ACTIVATION_SCALAR_H_
