// What TF32, where it is asked for, is off: products of Dense layers and projections, by the bits that it drops; nothing else.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Floats;
using test::Random;

constexpr int64_t kRows = 3, kDepth = 70, kUnits = 40;

LayerSpec DenseLayer() {
  LayerSpec dense;
  dense.kind = LayerKind::kDense;
  dense.units = kUnits;
  dense.use_bias = false;
  return dense;
}

// x [kRows, kDepth] times w [kDepth, kUnits].
Floats Product(const Floats& x, const Floats& w, bool tf32) {
  std::shared_ptr<Program> model;
  CHECK(BuildOnCuda({DenseLayer()}, kDepth, {w}, &model, tf32).ok());
  RunArgs args;
  args.shape = {kRows, kDepth};
  args.x = x.data();
  const test::Ran ran = test::RunModel(*model, args);
  CHECK(ran.status.ok());
  return ran.outputs.at(0);
}

// The largest difference from sums in double, in parts of the sum of what was added without its sign.
double Off(const Floats& x, const Floats& w, const Floats& got) {
  double most = 0;
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t unit = 0; unit < kUnits; ++unit) {
      double sum = 0, size = 0;
      for (int64_t k = 0; k < kDepth; ++k) {
        const double product = static_cast<double>(x[row * kDepth + k]) * w[k * kUnits + unit];
        sum += product;
        size += std::abs(product);
      }
      most = std::max(most, std::abs(got[row * kUnits + unit] - sum) / size);
    }
  }
  return most;
}

TEST(tf32_is_off_by_the_bits_that_it_drops) {
  const Emulated emulated("capability=8.9");
  Random random(91);
  const Floats x = random.Floats(kRows * kDepth, 2), w = random.Floats(kDepth * kUnits, 2);
  const double exact = Off(x, w, Product(x, w, false)), rounded = Off(x, w, Product(x, w, true));
  // Each factor is off by 2^-11 at most; a sum of many by less.
  CHECK(exact < 1e-6);
  CHECK(rounded > 1e-5 && rounded < std::ldexp(1.0, -10));
}

TEST(without_tensor_cores_it_is_float32) {
  const Emulated emulated("capability=7.5");
  Random random(92);
  const Floats x = random.Floats(kRows * kDepth, 2), w = random.Floats(kDepth * kUnits, 2);
  CHECK(Product(x, w, true) == Product(x, w, false));
}

TEST(a_number_that_rounding_makes_infinite_is_not_lost) {
  const Emulated emulated("capability=8.9");
  Floats x(kRows * kDepth, 0.0f), w(kDepth * kUnits, 0.0f);
  x[0] = std::numeric_limits<float>::max();
  w[0] = 0.5f;
  const Floats got = Product(x, w, true);
  CHECK(got[0] == x[0] * 0.5f);
  CHECK(got[1] == 0 && got[kUnits] == 0);
}

TEST(a_recurrence_is_as_exact_as_ever) {
  const Emulated emulated("capability=8.9");
  Random random(93);
  test::RecurrentCase c;
  c.spec.cell = Cell::kLstm;
  c.spec.units = kUnits;
  c.batch = 5;
  c.timesteps = 6;
  c.features = 3;
  test::Fill(&c, &random);
  // Without features that matter all that counts is h·R.
  std::fill(c.x.begin(), c.x.end(), 0.0f);
  std::shared_ptr<Program> model;
  CHECK(BuildOnCuda({c.Layer()}, c.features, c.weights, &model, true).ok());
  CHECK(test::RunModel(*model, c.Args(2)).outputs == RunOnCuda(c).outputs);
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
