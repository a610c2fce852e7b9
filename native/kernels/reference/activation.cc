// Keras 3's activations from their definitions, in double; kHardSigmoidKeras2 is Keras 2's.
#include <algorithm>
#include <cmath>
#include <limits>

#include "native/kernels/reference/reference.h"

namespace unroll {
namespace reference {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Clamp(double x, double low, double high) { return std::isnan(x) ? x : std::fmin(std::fmax(x, low), high); }
double Positive(double x) { return std::isnan(x) ? x : std::fmax(x, 0); }
double Logistic(double x) { return 1 / (1 + std::exp(-x)); }
// ln(1 + e^x); where e^x is past counting, the 1 no longer matters.
double Softplus(double x) { return x > 40 ? x : std::log1p(std::exp(x)); }
// x times a gate that is 0 far to the left: 0 · −∞ is the limit there, not NaN.
double Gated(double x, double gate) { return x == -kInfinity ? 0 : x * gate; }

double One(Activation activation, double x) {
  const double alpha = 1.67326324235437728481704297, scale = 1.05070098735548049341933498;
  // One activation a line, as a table.
  // clang-format off
  switch (activation) {
    case Activation::kLinear: return x;
    case Activation::kRelu: return Positive(x);
    case Activation::kRelu6: return Clamp(x, 0, 6);
    case Activation::kLeakyRelu: return x >= 0 ? x : 0.2 * x;
    case Activation::kElu: return x >= 0 ? x : std::exp(x) - 1;
    case Activation::kSelu: return scale * (x >= 0 ? x : alpha * (std::exp(x) - 1));
    case Activation::kCelu: return Positive(x) + (x < 0 ? std::exp(x) - 1 : 0);
    // x · Φ(x), the normal distribution's.
    case Activation::kGelu: return Gated(x, (1 + std::erf(x / std::sqrt(2.0))) / 2);
    case Activation::kSilu: return Gated(x, Logistic(x));
    case Activation::kMish: return Gated(x, std::tanh(Softplus(x)));
    case Activation::kSoftplus: return Softplus(x);
    case Activation::kSoftsign: return std::isinf(x) ? (x > 0 ? 1 : -1) : x / (std::fabs(x) + 1);
    case Activation::kTanh: return std::tanh(x);
    case Activation::kHardTanh: return Clamp(x, -1, 1);
    case Activation::kSigmoid: return Logistic(x);
    case Activation::kHardSigmoid: return Clamp(x + 3, 0, 6) / 6;
    case Activation::kHardSigmoidKeras2: return Clamp(x / 5 + 0.5, 0, 1);
    case Activation::kHardSilu: return Gated(x, Clamp(x + 3, 0, 6) / 6);
    case Activation::kLogSigmoid: return -Softplus(-x);
    case Activation::kExponential: return std::exp(x);
    case Activation::kTanhShrink: return x - std::tanh(x);
    case Activation::kSoftShrink: return std::isnan(x) ? x : std::copysign(std::fmax(std::fabs(x) - 0.5, 0), x);
    case Activation::kHardShrink: return x >= -0.5 && x <= 0.5 ? 0 : x;
    case Activation::kSquareplus: return (x + std::hypot(x, 2)) / 2;
    case Activation::kSparsePlus: return x >= 1 ? x : x <= -1 ? 0 : (x + 1) * (x + 1) / 4;
    case Activation::kSparseSigmoid: return Clamp((x + 1) / 2, 0, 1);
    // Keras asks for its two numbers; the product has 0 for both.
    case Activation::kThreshold: return std::isnan(x) || x > 0 ? x : 0;
    case Activation::kSoftmax:
    case Activation::kLogSoftmax:
    case Activation::kSparsemax: break;
  }
  // clang-format on
  return std::numeric_limits<double>::quiet_NaN();
}

Doubles Softmax(const Doubles& v, bool logarithm) {
  const double top = *std::max_element(v.begin(), v.end());
  double sum = 0;
  for (double x : v) sum += std::exp(x - top);
  Doubles out;
  for (double x : v) out.push_back(logarithm ? (x - top) - std::log(sum) : std::exp(x - top) / sum);
  return out;
}

// The point of the simplex nearest to v: max(v − τ, 0) with the τ that makes the sum 1, found by halving.
Doubles Sparsemax(const Doubles& v) {
  double low = *std::max_element(v.begin(), v.end()) - 1, high = low + 1;
  for (int i = 0; i < 200; ++i) {
    const double tau = (low + high) / 2;
    double sum = 0;
    for (double x : v) sum += std::fmax(x - tau, 0);
    (sum > 1 ? low : high) = tau;
  }
  Doubles out;
  for (double x : v) out.push_back(std::fmax(x - low, 0));
  return out;
}

}  // namespace

Doubles Activate(Activation activation, const Doubles& v) {
  const bool whole = activation == Activation::kSoftmax || activation == Activation::kLogSoftmax || activation == Activation::kSparsemax;
  // One NaN reaches every number by the sum.
  if (whole && std::any_of(v.begin(), v.end(), [](double x) { return std::isnan(x); })) {
    return Doubles(v.size(), std::numeric_limits<double>::quiet_NaN());
  }
  if (activation == Activation::kSparsemax) return Sparsemax(v);
  if (whole) return Softmax(v, activation == Activation::kLogSoftmax);
  Doubles out;
  for (double x : v) out.push_back(One(activation, x));
  return out;
}

}  // namespace reference
}  // namespace unroll
