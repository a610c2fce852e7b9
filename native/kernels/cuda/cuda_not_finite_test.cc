// NaN and infinities on the device cuda, emulated: they reach exactly what they reach on the CPU, through tensor cores as well.
#include <limits>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Floats;
using test::Ran;
using test::Random;
using test::RecurrentCase;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

// Some of the numbers, but few: a sum should rarely have two.
void Spoil(Floats* values, Random* random) {
  constexpr float kOdd[] = {kNan, kInfinity, -kInfinity, kInfinity, -kInfinity, 1e-42f, -0.0f};
  for (int64_t count = random->Between(1, 2); count > 0; --count) {
    const int64_t at = random->Between(0, static_cast<int64_t>(values->size()) - 1);
    (*values)[static_cast<size_t>(at)] = kOdd[random->Between(0, 6)];
  }
}

// Where one of them is not finite, so is the other, and the same; else they are near. Says how many were not finite.
int CheckAlike(const Ran& got, const Ran& expected) {
  CHECK(got.status.ok() && expected.status.ok() && got.outputs.size() == expected.outputs.size());
  int odd = 0;
  for (size_t i = 0; i < got.outputs.size() && i < expected.outputs.size(); ++i) {
    for (size_t k = 0; k < got.outputs[i].size(); ++k) {
      CHECK_NEAR(got.outputs[i][k], expected.outputs[i][k], 1e-5, 1e-4);
      odd += std::isfinite(expected.outputs[i][k]) ? 0 : 1;
    }
  }
  return odd;
}

const Kernels& Cpu() { return *AvailableKernels().back(); }

TEST(they_reach_what_they_reach_on_the_cpu) {
  Random random(41);
  // With linear and relu an infinity stays one and meets others in the next step; the others close or open gates.
  constexpr Activation kActivations[] = {Activation::kTanh, Activation::kLinear, Activation::kRelu, Activation::kSoftmax};
  int odd = 0;
  for (const char* device : {"capability=7.5,sms=2", "capability=8.9,sms=3,order=random", "capability=8.9,sms=1,block-shared=32K"}) {
    const Emulated emulated(device);
    for (int64_t i = 0; i < test::Cases(24); ++i) {
      RecurrentCase c = Sized(static_cast<Cell>(i % 3), random.Between(1, 40), random.Between(1, 10), random.Between(1, 4), 6);
      c.spec.reset_after = random.Coin();
      c.spec.activation = kActivations[random.Between(0, 3)];
      test::Fill(&c, &random);
      FillStates(&c, &random);
      const int64_t where = random.Between(0, 4);
      if (where == 0 || random.Between(0, 3) == 0) Spoil(&c.x, &random);
      if (where > 0 && where < 4) Spoil(&c.weights[where - 1], &random);
      if (where == 4) Spoil(&c.initial_h, &random);
      test::Context() = std::string(device) + ", odd " + std::to_string(where) + ": " + c.Text();
      odd += CheckAlike(RunOnCuda(c), c.Run(Cpu()));
    }
    CHECK(emulator::counts().rare > 0);
  }
  CHECK(odd > 1000);
}

// The largest numbers there are, whose products run over: a number that is cut for the tensor cores must not become infinite before.
TEST(numbers_near_the_largest) {
  for (const char* device : {"capability=7.5", "capability=8.9"}) {
    const Emulated emulated(device);
    for (float weight : {1.0f, 0.5f, 1.5f, -1.0f, -2.0f}) {
      RecurrentCase c = Sized(Cell::kSimpleRnn, 9, 3, 3, 1);
      c.spec.activation = Activation::kLinear;
      c.x.assign(9, 0.0f);
      c.x[0] = kLargest;
      c.x[3] = kLargest / 2;
      c.x[6] = -kLargest;
      // Each unit hands its number to the next one.
      c.weights = {Floats(9, 1.0f), Floats(81, 0.0f), Floats(9, 0.0f)};
      for (int k = 0; k < 9; ++k) c.weights[1][static_cast<size_t>(k * 9 + (k + 1) % 9)] = weight;
      test::Context() = std::string(device) + ", weight " + std::to_string(weight);
      CheckAlike(RunOnCuda(c), c.Run(Cpu()));
    }
  }
}

TEST(nan_in_one_row_stays_in_that_row) {
  Random random(42);
  for (const char* device : kDevices) {
    const Emulated emulated(device);
    for (Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
      RecurrentCase c = Sized(cell, 9, 11, 4);
      test::Fill(&c, &random);
      c.x[(3 * 4 + 1) * 3 + 2] = kNan;
      const Ran ran = RunOnCuda(c, 0);
      CHECK(ran.status.ok());
      // From the second step on.
      for (size_t i = 0; i < ran.outputs[0].size(); ++i) CHECK(std::isnan(ran.outputs[0][i]) == (i / 9 / 4 == 3 && i / 9 % 4 >= 1));
    }
  }
}

// Rows and units beyond the last one are in a tile's memory, too: what was left there is never read into a sum.
TEST(nothing_beyond_the_last_unit_or_row_is_read) {
  Random random(43);
  for (const char* device : kDevices) {
    const Emulated emulated(device);
    for (int64_t units : {1, 7, 8, 9, 15, 17}) {
      for (int64_t batch : {1, 8, 9, 33}) {
        RecurrentCase c = Sized(static_cast<Cell>((units + batch) % 3), units, batch, 2);
        test::Fill(&c, &random);
        test::Context() = std::string(device) + ": " + c.Text();
        const Ran ran = RunOnCuda(c);
        CHECK(ran.status.ok());
        for (const Floats& output : ran.outputs) {
          for (float value : output) CHECK(std::isfinite(value));
        }
      }
    }
  }
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
