// The product of tensor cores against a plain one, through the layout of fragments that the PTX documentation gives.
#include "native/kernels/cuda/emulator/tensor_core.h"

#include <cmath>
#include <limits>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace emulator {
namespace {

using test::Random;

constexpr int kRows = 16, kColumns = 8, kDepth = 8;

// A (16, 8), B (8, 8) and D (16, 8), row by row, a warp each.
struct Operands {
  const float *a, *b;
  float* d;
};

// The documentation's words: groupID = lane >> 2, threadID_in_group = lane % 4;
//   a: row = groupID for a0 and a2, groupID + 8 for a1 and a3; column = threadID_in_group for a0 and a1, + 4 for a2 and a3
//   b: row = threadID_in_group for b0, + 4 for b1; column = groupID
//   c: row = groupID for c0 and c1, groupID + 8 for c2 and c3; column = threadID_in_group · 2 + (i & 1)
template <bool kSplit>
__global__ void Product(Operands all) {
  const int lane = static_cast<int>(threadIdx.x) % 32, group = lane >> 2, in_group = lane % 4;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const float *a = all.a + warp * kRows * kDepth, *b = all.b + warp * kDepth * kColumns;
  float* d = all.d + warp * kRows * kColumns;
  uint32_t a_big[4], a_small[4], b_big[2], b_small[2];
  float sums[4];
  for (int i = 0; i < 4; ++i) {
    const int row = i == 0 || i == 2 ? group : group + 8, column = i < 2 ? in_group : in_group + 4;
    const float value = a[row * kDepth + column];
    a_big[i] = gpu::ToTf32(value);
    a_small[i] = gpu::ToTf32(value - __uint_as_float(a_big[i]));
  }
  for (int i = 0; i < 2; ++i) {
    const float value = b[(in_group + 4 * i) * kColumns + group];
    b_big[i] = gpu::ToTf32(value);
    b_small[i] = gpu::ToTf32(value - __uint_as_float(b_big[i]));
  }
  const auto at = [&](int i) { return (i < 2 ? group : group + 8) * kColumns + in_group * 2 + (i & 1); };
  for (int i = 0; i < 4; ++i) sums[i] = d[at(i)];
  if constexpr (kSplit)
    gpu::Mma3xTf32(sums, a_big, a_small, b_big, b_small);
  else
    gpu::MmaTf32(sums, a_big, b_big);
  for (int i = 0; i < 4; ++i) d[at(i)] = sums[i];
}

struct Case {
  std::vector<float> a, b, d;

  Case(int warps, Random* random) {
    const auto fill = [&](std::vector<float>* values, int count) {
      for (int i = 0; i < count; ++i) values->push_back(random->Float(2));
    };
    fill(&a, warps * kRows * kDepth);
    fill(&b, warps * kDepth * kColumns);
    fill(&d, warps * kRows * kColumns);
  }

  template <bool kSplit>
  std::vector<float> OnDevice(int warps) const {
    DeviceArray<float> device_a(a), device_b(b), device_d(d);
    const Operands all = {device_a.data(), device_b.data(), device_d.data()};
    CHECK(RunKernel(Product<kSplit>, {dim3(1), dim3(static_cast<unsigned>(32 * warps))}, all) == "");
    return device_d.Values();
  }

  // D + A · B in double, of values as `round` gives them.
  template <class Round>
  double ByHand(int warp, int row, int column, const Round& round) const {
    const auto at = [](const std::vector<float>& values, int i) { return values[static_cast<size_t>(i)]; };
    double sum = at(d, (warp * kRows + row) * kColumns + column);
    for (int k = 0; k < kDepth; ++k)
      sum += round(at(a, (warp * kRows + row) * kDepth + k)) * round(at(b, (warp * kDepth + k) * kColumns + column));
    return sum;
  }
};

template <class Check>
void ForAll(int warps, const std::vector<float>& values, const Check& check) {
  size_t i = 0;
  for (int warp = 0; warp < warps; ++warp) {
    for (int row = 0; row < kRows; ++row) {
      for (int column = 0; column < kColumns; ++column) check(warp, row, column, values[i++]);
    }
  }
}

TEST(the_product_is_that_of_the_matrices) {
  Random random(5);
  for (Order order : kOrders) {
    device().order = order;
    for (int warps : {1, 3}) {
      const Case one(warps, &random);
      const auto rounded = [](float value) { return static_cast<double>(__uint_as_float(gpu::ToTf32(value))); };
      ForAll(warps, one.OnDevice<false>(warps),
             [&](int warp, int row, int column, float value) { CHECK_NEAR(value, one.ByHand(warp, row, column, rounded), 4e-6, 0); });
      const auto exact = [](float value) { return static_cast<double>(value); };
      ForAll(warps, one.OnDevice<true>(warps),
             [&](int warp, int row, int column, float value) { CHECK_NEAR(value, one.ByHand(warp, row, column, exact), 8e-6, 0); });
    }
  }
  Reset();
}

// Whole numbers have no rounding: each product in its place.
TEST(every_element_is_in_its_place) {
  Random random(6);
  Case one(1, &random);
  for (auto* values : {&one.a, &one.b, &one.d}) {
    for (float& value : *values) value = static_cast<float>(random.Between(-50, 50));
  }
  const auto exact = [](float value) { return static_cast<double>(value); };
  ForAll(1, one.OnDevice<false>(1),
         [&](int warp, int row, int column, float value) { CHECK(value == one.ByHand(warp, row, column, exact)); });
}

TEST(tf32_is_the_nearest_value_with_halves_away_from_zero) {
  const auto rounded = [](float value) { return __uint_as_float(ToTf32(value)); };
  const float step = std::ldexp(1.0f, -10);  // of mantissas between 1 and 2
  for (float sign : {1.0f, -1.0f}) {
    CHECK(rounded(sign) == sign);
    CHECK(rounded(sign * (1 + step)) == sign * (1 + step));
    CHECK(rounded(sign * (1 + step / 2)) == sign * (1 + step));
    CHECK(rounded(sign * (1 + step * 0.499f)) == sign);
    CHECK(rounded(sign * (1 + step * 1.5f)) == sign * (1 + 2 * step));
    CHECK(rounded(sign * (2 - step / 2)) == sign * 2);  // into the next exponent
    CHECK(rounded(sign * std::numeric_limits<float>::max()) == sign * std::numeric_limits<float>::infinity());
    CHECK(rounded(sign * std::numeric_limits<float>::infinity()) == sign * std::numeric_limits<float>::infinity());
    CHECK(std::signbit(rounded(sign * 0)) == std::signbit(sign));
  }
  for (uint32_t nan : {0x7fc00000u, 0x7f800001u, 0x7fffffffu, 0xffffffffu, 0xff800001u}) CHECK(std::isnan(rounded(__uint_as_float(nan))));
  Random random(7);
  for (int64_t i = 0; i < test::Cases(10000); ++i) {
    const float value = random.Float(100);
    const float near = rounded(value);
    CHECK((ToTf32(value) & 0x1fffu) == 0);
    CHECK(std::fabs(near - value) <= std::ldexp(std::fabs(value), -11));
  }
}

// What the hardware does not read changes nothing.
__global__ void LowBits(float* out) {
  uint32_t a[4], b[2];
  for (uint32_t& bits : a) bits = __float_as_uint(1.0f) | 0x1fffu;
  for (uint32_t& bits : b) bits = __float_as_uint(1.0f) | 0x1fffu;
  float d[4] = {};
  gpu::MmaTf32(d, a, b);
  for (int i = 0; i < 4; ++i) out[4 * threadIdx.x + static_cast<unsigned>(i)] = d[i];
}

TEST(the_low_bits_of_operands_are_not_read) {
  DeviceArray<float> out(128);
  CHECK(RunKernel(LowBits, {dim3(1), dim3(32)}, out.data()) == "");
  for (float value : out.Values()) CHECK(value == kDepth);
}

}  // namespace
}  // namespace emulator
}  // namespace unroll
