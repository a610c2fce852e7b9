// Each activation of each CPU target against the reference in double: a sweep, infinities, NaN, and numbers far out.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "native/core/backend.h"
#include "native/kernels/cpu/activation_scalar.h"
#include "native/kernels/reference/reference.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
// A multiple of no vector's length, so that there is a tail.
constexpr int kSweep = 1037;

std::vector<float> Sweep(double limit) {
  std::vector<float> out;
  for (int i = 0; i < kSweep; ++i) out.push_back(static_cast<float>((2.0 * i / (kSweep - 1) - 1) * limit));
  return out;
}

// Where branches meet, where float runs out, and what is no number.
std::vector<float> Edges() {
  const std::vector<float> sizes = {0.0f,       1e-38f, 1e-20f, 1e-7f, 0.49999997f, 0.5f,  0.50000006f, 0.6249999f, 0.625f,
                                    0.6250001f, 1.0f,   2.5f,   3.0f,  6.0f,        15.0f, 43.4f,       86.9f,      87.0f,
                                    87.1f,      88.0f,  104.0f, 1e3f,  1e10f,       3e38f, kInfinity};
  std::vector<float> out{kNan};
  for (float size : sizes) {
    out.push_back(size);
    out.push_back(-size);
  }
  return out;
}

reference::Doubles Widened(const std::vector<float>& v) { return reference::Doubles(v.begin(), v.end()); }

void Compare(const Kernels& kernels, Activation activation, const char* name, const std::vector<float>& in) {
  std::vector<float> got = in;
  if (SeesWholeVector(activation)) {
    std::vector<float> scratch(in.size());
    VectorActivation(activation, got.data(), static_cast<int64_t>(got.size()), scratch.data());
  } else {
    kernels.activate(activation, got.data(), static_cast<int64_t>(got.size()));
  }
  const reference::Doubles expected = reference::Activate(activation, Widened(in));
  for (size_t i = 0; i < in.size(); ++i) {
    test::Context() = std::string(kernels.name) + ", " + name + "(" + std::to_string(in[i]) + ")";
    // Past float's range the rounding of the reference is what decides.
    CHECK_NEAR(got[i], static_cast<double>(static_cast<float>(expected[i])), 1e-6, 2e-6);
  }
}

TEST(every_activation_follows_its_definition) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const auto& entry : kActivationNames) {
      for (double limit : {0.7, 3.5, 20.0, 150.0}) Compare(*kernels, entry.activation, entry.name, Sweep(limit));
    }
  }
}

TEST(edges_infinities_and_nan_follow_the_definition) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const auto& entry : kActivationNames) {
      if (!SeesWholeVector(entry.activation)) Compare(*kernels, entry.activation, entry.name, Edges());
    }
  }
}

TEST(nan_stays_nan_and_touches_nothing_else) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const auto& entry : kActivationNames) {
      if (SeesWholeVector(entry.activation)) continue;
      test::Context() = std::string(kernels->name) + ", " + entry.name;
      std::vector<float> v(37, 0.25f);
      v[5] = v[36] = kNan;
      kernels->activate(entry.activation, v.data(), 37);
      for (int i = 0; i < 37; ++i) CHECK(std::isnan(v[i]) == (i == 5 || i == 36));
    }
  }
}

TEST(a_value_does_not_depend_on_its_place) {
  const std::vector<float> in = test::Random(7).Floats(100, 4);
  for (const Kernels* kernels : AvailableKernels()) {
    for (const auto& entry : kActivationNames) {
      if (SeesWholeVector(entry.activation)) continue;
      test::Context() = std::string(kernels->name) + ", " + entry.name;
      std::vector<float> together = in;
      kernels->activate(entry.activation, together.data(), 100);
      for (int i = 0; i < 100; ++i) {
        float alone[2] = {in[i], 42.0f};
        kernels->activate(entry.activation, alone, 1);
        CHECK(alone[0] == together[i]);
        CHECK(alone[1] == 42.0f);
      }
    }
  }
}

TEST(vectors_with_nan_or_one_number) {
  for (Activation activation : {Activation::kSoftmax, Activation::kLogSoftmax, Activation::kSparsemax}) {
    std::vector<float> v{1, kNan, 3}, scratch(3), one{-1000};
    VectorActivation(activation, v.data(), 3, scratch.data());
    for (float x : v) CHECK(std::isnan(x));
    VectorActivation(activation, one.data(), 1, scratch.data());
    CHECK(one[0] == (activation == Activation::kLogSoftmax ? 0.0f : 1.0f));
  }
}

TEST(softmax_and_sparsemax_sum_to_one_far_from_zero) {
  for (Activation activation : {Activation::kSoftmax, Activation::kSparsemax}) {
    for (float shift : {0.0f, 1e4f, -1e4f}) {
      std::vector<float> v{shift, shift + 0.25f, shift - 0.5f, shift - 40}, scratch(4);
      VectorActivation(activation, v.data(), 4, scratch.data());
      double sum = 0;
      for (float x : v) sum += x;
      CHECK_NEAR(sum, 1, 1e-5, 0);
      CHECK(v[1] > v[0] && v[0] > v[2] && v[3] < 1e-6f);
    }
  }
}

}  // namespace
}  // namespace unroll
