// Activations in double after Keras 3's definitions, their derivatives, and the three that see a whole vector without their Jacobians.
#include "native/kernels/backward/activation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "native/kernels/backward/doubles.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace backward {
namespace {

constexpr double kSeluAlpha = 1.6732632423543772, kSeluScale = 1.0507009873554805;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double Softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
// NaN stays NaN, as in Keras.
double Clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }
// x times a gate that is 0 far to the left: 0 · −∞ is the limit there, not NaN.
double Gated(double x, double gate) { return x == -kInfinity ? 0 : x * gate; }
// Where the slope's own factor is 0, an infinite x is not to make NaN of it.
double Finite(double x) { return std::isinf(x) ? 0 : x; }
// A clip lets the gradient through on its bounds.
double Between(double x, double low, double high, double slope) { return std::isnan(x) ? x : x < low || x > high ? 0 : slope; }
// relu and relu6 have the slope 0 on their kinks.
double Inside(double x, double low, double high) { return std::isnan(x) ? x : x > low && x < high ? 1 : 0; }
double Square(double x) { return x * x; }

// One activation a line, as a table, here and below.
// clang-format off
double One(Activation activation, double x) {
  switch (activation) {
    case Activation::kLinear: return x;
    case Activation::kRelu: return x < 0 ? 0 : x;
    case Activation::kRelu6: return Clip(x, 0, 6);
    case Activation::kLeakyRelu: return x < 0 ? 0.2 * x : x;
    case Activation::kElu: case Activation::kCelu: return x < 0 ? std::expm1(x) : x;
    case Activation::kSelu: return kSeluScale * (x < 0 ? kSeluAlpha * std::expm1(x) : x);
    case Activation::kGelu: return Gated(x, 0.5 * std::erfc(-x / std::numbers::sqrt2));
    case Activation::kSilu: return Gated(x, Sigmoid(x));
    case Activation::kMish: return Gated(x, std::tanh(Softplus(x)));
    case Activation::kSoftplus: return Softplus(x);
    case Activation::kSoftsign: return std::isinf(x) ? std::copysign(1, x) : x / (1 + std::fabs(x));
    case Activation::kTanh: return std::tanh(x);
    case Activation::kHardTanh: return Clip(x, -1, 1);
    case Activation::kSigmoid: return Sigmoid(x);
    case Activation::kHardSigmoid: return Clip(x / 6 + 0.5, 0, 1);
    case Activation::kHardSigmoidKeras2: return Clip(0.2 * x + 0.5, 0, 1);
    case Activation::kHardSilu: return Gated(x, Clip(x / 6 + 0.5, 0, 1));
    case Activation::kLogSigmoid: return -Softplus(-x);
    case Activation::kExponential: return std::exp(x);
    case Activation::kTanhShrink: return x - std::tanh(x);
    case Activation::kSoftShrink: return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : std::isnan(x) ? x : 0;
    case Activation::kHardShrink: return std::fabs(x) <= 0.5 ? 0 : x;
    case Activation::kSquareplus: return (x + std::sqrt(x * x + 4)) / 2;
    case Activation::kSparsePlus: return x <= -1 ? 0 : x < 1 ? 0.25 * Square(x + 1) : x;
    case Activation::kSparseSigmoid: return x <= -1 ? 0 : x >= 1 ? 1 : 0.5 * (x + 1);
    case Activation::kThreshold: return x <= 0 ? 0 : x;
    case Activation::kSoftmax: case Activation::kLogSoftmax: case Activation::kSparsemax: break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double Slope(Activation activation, double x, double y) {
  switch (activation) {
    case Activation::kLinear: return 1;
    case Activation::kRelu: return Inside(x, 0, kInfinity);
    case Activation::kRelu6: return Inside(x, 0, 6);
    case Activation::kLeakyRelu: return x > 0 ? 1 : 0.2;
    case Activation::kElu: case Activation::kCelu: return x < 0 ? std::exp(x) : 1;
    case Activation::kSelu: return kSeluScale * (x < 0 ? kSeluAlpha * std::exp(x) : 1);
    case Activation::kGelu:
      return 0.5 * std::erfc(-x / std::numbers::sqrt2) +
             (std::fabs(x) > 40 ? 0 : x * std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi));
    case Activation::kSilu: return Sigmoid(x) * (1 + Finite(x) * Sigmoid(-x));
    case Activation::kMish: {
      const double t = std::tanh(Softplus(x));
      return t + Finite(x) * (1 - t * t) * Sigmoid(x);
    }
    case Activation::kSoftplus: return Sigmoid(x);
    case Activation::kSoftsign: return 1 / Square(1 + std::fabs(x));
    case Activation::kTanh: return 1 - y * y;
    case Activation::kHardTanh: return Between(x, -1, 1, 1);
    case Activation::kSigmoid: return y * (1 - y);
    case Activation::kHardSigmoid: return Between(x, -3, 3, 1.0 / 6);
    case Activation::kHardSigmoidKeras2: return Between(x, -2.5, 2.5, 0.2);
    case Activation::kHardSilu: return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
    case Activation::kLogSigmoid: return Sigmoid(-x);
    case Activation::kExponential: return y;
    case Activation::kTanhShrink: return Square(std::tanh(x));
    case Activation::kSoftShrink: case Activation::kHardShrink: return std::fabs(x) <= 0.5 ? 0 : 1;
    case Activation::kSquareplus: return (1 + x / std::sqrt(x * x + 4)) / 2;
    case Activation::kSparsePlus: return x <= -1 ? 0 : x < 1 ? 0.5 * (x + 1) : 1;
    case Activation::kSparseSigmoid: return x <= -1 || x >= 1 ? 0 : 0.5;
    case Activation::kThreshold: return x <= 0 ? 0 : 1;
    case Activation::kSoftmax: case Activation::kLogSoftmax: case Activation::kSparsemax: return y;
  }
  return std::numeric_limits<double>::quiet_NaN();
}
// clang-format on

// Projection onto the simplex (Martins & Astudillo 2016).
void Sparsemax(double* v, int64_t n) {
  double sum = 0, tau = 0;
  // NaN has no place in an order, and reaches no other number here.
  if (std::none_of(v, v + n, [](double x) { return std::isnan(x); })) {
    Doubles sorted(n);
    std::copy(v, v + n, sorted.data());
    std::sort(sorted.data(), sorted.data() + n, std::greater<double>());
    for (int64_t i = 0; i < n; ++i) {
      sum += sorted[i];
      if (1 + static_cast<double>(i + 1) * sorted[i] > sum) tau = (sum - 1) / static_cast<double>(i + 1);
    }
  }
  for (int64_t i = 0; i < n; ++i) v[i] = v[i] - tau < 0 ? 0 : v[i] - tau;
}

void Softmax(double* v, int64_t n, bool logarithm) {
  double max = -kInfinity, sum = 0;
  for (int64_t i = 0; i < n; ++i) max = v[i] > max || std::isnan(v[i]) ? v[i] : max;
  for (int64_t i = 0; i < n; ++i) sum += std::exp(v[i] - max);
  const double log_sum = std::log(sum);
  for (int64_t i = 0; i < n; ++i) v[i] = logarithm ? v[i] - max - log_sum : std::exp(v[i] - max) / sum;
}

}  // namespace

void Activate(Activation activation, double* v, int64_t n) {
  if (activation == Activation::kSparsemax) return Sparsemax(v, n);
  if (SeesWholeVector(activation)) return Softmax(v, n, activation == Activation::kLogSoftmax);
  for (int64_t i = 0; i < n; ++i) v[i] = One(activation, v[i]);
}

void Slopes(Activation activation, const double* x, const double* y, double* slopes, int64_t n) {
  for (int64_t i = 0; i < n; ++i) slopes[i] = Slope(activation, x[i], y[i]);
}

// softmax y∘(g − g·y), log_softmax g − exp(y)·Σg, sparsemax the mean of its support taken off.
void PullThrough(Activation activation, const double* slopes, double* gradient, int64_t n) {
  double sum = 0;
  int64_t support = 0;
  switch (activation) {
    case Activation::kSoftmax:
      for (int64_t i = 0; i < n; ++i) sum += gradient[i] * slopes[i];
      for (int64_t i = 0; i < n; ++i) gradient[i] = slopes[i] * (gradient[i] - sum);
      return;
    case Activation::kLogSoftmax:
      for (int64_t i = 0; i < n; ++i) sum += gradient[i];
      for (int64_t i = 0; i < n; ++i) gradient[i] -= std::exp(slopes[i]) * sum;
      return;
    case Activation::kSparsemax:
      for (int64_t i = 0; i < n; ++i) {
        support += slopes[i] > 0 ? 1 : 0;
        sum += slopes[i] > 0 ? gradient[i] : 0;
      }
      for (int64_t i = 0; i < n; ++i) gradient[i] = slopes[i] > 0 ? gradient[i] - sum / static_cast<double>(support) : 0;
      return;
    default:
      for (int64_t i = 0; i < n; ++i) gradient[i] *= slopes[i];
  }
}

}  // namespace backward
}  // namespace unroll
