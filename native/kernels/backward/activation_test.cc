// Every activation in double against the reference, and every derivative against differences of it.
#include "native/kernels/backward/activation.h"

#include <cmath>
#include <limits>
#include <vector>

#include "native/kernels/reference/reference.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace {

using reference::Doubles;
using test::Random;

Doubles Draw(Random* random, int64_t n, double scale) {
  const std::vector<float> drawn = random->Floats(n, scale);
  return Doubles(drawn.begin(), drawn.end());
}

TEST(values_are_those_of_the_reference) {
  Random random(41);
  for (const auto& [name, activation] : kActivationNames) {
    test::Context() = name;
    for (double scale : {1.0, 8.0, 60.0}) {
      Doubles v = Draw(&random, 7, scale);
      const Doubles expected = reference::Activate(activation, v);
      backward::Activate(activation, v.data(), 7);
      for (size_t i = 0; i < v.size(); ++i) CHECK_NEAR(v[i], expected[i], 1e-13, 1e-13);
    }
  }
}

TEST(gradients_are_differences_of_the_values) {
  constexpr double kStep = 1e-6;
  Random random(42);
  for (const auto& [name, activation] : kActivationNames) {
    test::Context() = name;
    for (int round = 0; round < 20; ++round) {
      const Doubles x = Draw(&random, 5, round % 2 == 0 ? 1 : 5), gradient = Draw(&random, 5, 1);
      Doubles y = x, slopes(5), pulled = gradient;
      backward::Activate(activation, y.data(), 5);
      backward::Slopes(activation, x.data(), y.data(), slopes.data(), 5);
      backward::PullThrough(activation, slopes.data(), pulled.data(), 5);
      for (size_t i = 0; i < x.size(); ++i) {
        Doubles up = x, down = x;
        up[i] += kStep;
        down[i] -= kStep;
        backward::Activate(activation, up.data(), 5);
        backward::Activate(activation, down.data(), 5);
        double expected = 0;
        for (size_t k = 0; k < x.size(); ++k) expected += gradient[k] * (up[k] - down[k]) / (2 * kStep);
        CHECK_NEAR(pulled[i], expected, 1e-7, 1e-7);
      }
    }
  }
}

// Derivative of one number alone.
double SlopeAt(Activation activation, double x) {
  double y = x, slope = 0, gradient = 1;
  backward::Activate(activation, &y, 1);
  backward::Slopes(activation, &x, &y, &slope, 1);
  backward::PullThrough(activation, &slope, &gradient, 1);
  return gradient;
}

TEST(kinks_take_the_side_of_tensorflow) {
  CHECK(SlopeAt(Activation::kRelu, 0) == 0);
  CHECK(SlopeAt(Activation::kRelu6, 6) == 0);
  CHECK(SlopeAt(Activation::kLeakyRelu, 0) == 0.2);
  CHECK(SlopeAt(Activation::kHardTanh, 1) == 1);
  CHECK(SlopeAt(Activation::kHardSigmoid, -3) == 1.0 / 6);
  CHECK(SlopeAt(Activation::kHardSigmoidKeras2, 2.5) == 0.2);
}

TEST(far_out_slopes_are_limits_and_nan_stays) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (Activation gated : {Activation::kGelu, Activation::kSilu, Activation::kMish, Activation::kHardSilu, Activation::kSigmoid}) {
    const double right = gated == Activation::kSigmoid ? 0 : 1;
    CHECK(SlopeAt(gated, -infinity) == 0 && SlopeAt(gated, infinity) == right);
  }
  for (Activation clipped : {Activation::kRelu, Activation::kRelu6, Activation::kHardTanh, Activation::kHardSigmoid, Activation::kTanh}) {
    CHECK(std::isnan(SlopeAt(clipped, std::nan(""))));
  }
}

}  // namespace
}  // namespace unroll
