// What has to be the same to the last bit on the device cuda, emulated: how a run is laid out, cut up and repeated changes no sum.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Ran;
using test::Random;
using test::RecurrentCase;

// body(case) for as many random cases, each on a random device.
template <typename Body>
void ForCases(uint64_t seed, int64_t cases, Body body) {
  Random random(seed);
  for (int64_t i = 0; i < test::Cases(cases); ++i) {
    const std::string device = RandomDevice(&random);
    const Emulated emulated(device);
    RecurrentCase c = test::RandomCase(&random);
    // Long sequences and large batches take nothing here but time.
    if (c.batch * c.timesteps > 250) continue;
    test::Context() = device + ": " + c.Text();
    body(c, &random);
  }
}

// Steps [from, to) of a tensor [B, T, n].
template <typename T>
std::vector<T> Steps(const std::vector<T>& v, const RecurrentCase& whole, int64_t from, int64_t to) {
  const int64_t n = static_cast<int64_t>(v.size()) / (whole.batch * whole.timesteps);
  std::vector<T> out;
  for (int64_t row = 0; row < whole.batch; ++row) {
    const auto start = v.begin() + row * whole.timesteps * n;
    out.insert(out.end(), start + from * n, start + to * n);
  }
  return out;
}

// Rows of a tensor [B, …] in another order.
template <typename T>
std::vector<T> Rows(const std::vector<T>& v, const std::vector<int64_t>& order) {
  const int64_t n = static_cast<int64_t>(v.size() / order.size());
  std::vector<T> out;
  for (int64_t row : order) out.insert(out.end(), v.begin() + row * n, v.begin() + (row + 1) * n);
  return out;
}

TEST(the_same_input_gives_the_same_bits) {
  ForCases(31, 8, [](const RecurrentCase& c, Random*) {
    std::shared_ptr<Program> model;
    CHECK(BuildOnCuda({c.Layer()}, c.features, c.weights, &model).ok());
    const Ran first = test::RunModel(*model, c.Args(2)), second = test::RunModel(*model, c.Args(2));
    CHECK(Same(first, second) && Same(first, RunOnCuda(c)));
  });
}

// Groups, tiles, what stays in shared memory, the order of threads: all of it depends on the device, and no sum on any of it.
TEST(devices_that_multiply_alike_give_the_same_bits) {
  Random random(32);
  for (const std::string capability : {"capability=7.5", "capability=8.6"}) {
    for (int64_t i = 0; i < test::Cases(4); ++i) {
      RecurrentCase c = test::RandomCase(&random);
      c.spec.units = random.Between(20, 140);
      c.batch = random.Between(1, 40);
      c.timesteps = random.Between(1, 3);
      c.mask.clear();
      c.initial_h.clear();
      c.initial_c.clear();
      test::Fill(&c, &random);
      Ran first;
      int resident = 0, streamed = 0;
      for (const char* device :
           {",sms=3", ",sms=1,order=lifo", ",sms=20,order=random", ",sms=1,block-shared=32K", ",sms=9,block-shared=32K"}) {
        const Emulated emulated(capability + device);
        test::Context() = capability + device + ": " + c.Text();
        ++(Streamed(c) ? streamed : resident);
        const Ran ran = RunOnCuda(c);
        if (first.outputs.empty()) first = ran;
        CHECK(Same(first, ran));
      }
      if (c.spec.units > 100 && c.spec.cell != Cell::kSimpleRnn) CHECK(resident > 0 && streamed > 0);
    }
  }
}

TEST(a_batch_in_another_order_gives_its_rows_in_that_order) {
  ForCases(33, 8, [](const RecurrentCase& c, Random* random) {
    std::vector<int64_t> order;
    for (int64_t row = 0; row < c.batch; ++row) order.push_back(row);
    for (int64_t row = c.batch - 1; row > 0; --row) std::swap(order[row], order[random->Between(0, row)]);
    RecurrentCase turned = c;
    turned.x = Rows(c.x, order);
    turned.mask = Rows(c.mask, order);
    turned.initial_h = Rows(c.initial_h, order);
    turned.initial_c = Rows(c.initial_c, order);
    const Ran plain = RunOnCuda(c), other = RunOnCuda(turned);
    CHECK(plain.status.ok() && other.status.ok());
    for (size_t i = 0; i < plain.outputs.size(); ++i) CHECK(Same(Rows(plain.outputs[i], order), other.outputs[i]));
  });
}

// Several portions of the batch where the memory is small; each with its part of x, mask, states and outputs.
TEST(a_batch_in_portions_is_the_batch) {
  Random random(34);
  for (Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
    RecurrentCase c = Sized(cell, 13, 23, 6);
    test::Fill(&c, &random);
    FillMask(&c, &random);
    FillStates(&c, &random);
    Ran whole;
    std::set<int64_t> launches;
    for (int64_t kilobytes : {1024, 96, 80, 64, 48, 32, 24}) {
      const Emulated emulated("capability=8.9,sms=3,memory=" + std::to_string(kilobytes) + "K");
      test::Context() = std::to_string(kilobytes) + " KiB: " + c.Text();
      const Ran ran = RunOnCuda(c);
      if (ran.status.code() == Code::kTooLarge && kilobytes < 40) break;
      if (whole.outputs.empty()) whole = ran;
      CHECK(Same(whole, ran));
      launches.insert(emulator::counts().launches);
    }
    // In one piece, and in portions of at least two sizes.
    CHECK(launches.size() >= 3);
  }
}

TEST(a_sequence_cut_in_two_with_its_states_carried_over_is_the_whole) {
  ForCases(35, 12, [](RecurrentCase c, Random*) {
    if (c.timesteps < 2) return;
    // What a masked step repeats is no state, so at a cut only zeros are sure.
    c.spec.zero_output_for_mask = c.spec.return_sequences = true;
    const int64_t time = c.timesteps, cut = time / 3 + 1;
    const auto part = [&c](int64_t from, int64_t to) {
      RecurrentCase p = c;
      p.timesteps = to - from;
      p.x = Steps(c.x, c, from, to);
      p.mask = Steps(c.mask, c, from, to);
      return p;
    };
    // Backwards, what lies behind is taken first.
    const bool backwards = c.spec.go_backwards;
    const Ran whole = RunOnCuda(c), one = RunOnCuda(backwards ? part(time - cut, time) : part(0, cut));
    CHECK(whole.status.ok() && one.status.ok());
    RecurrentCase second = backwards ? part(0, time - cut) : part(cut, time);
    second.initial_h = one.outputs[1];
    if (c.spec.cell == Cell::kLstm) second.initial_c = one.outputs[2];
    const Ran two = RunOnCuda(second);
    CHECK(two.status.ok());
    CHECK(Same(one.outputs[0], Steps(whole.outputs[0], c, 0, cut)) && Same(two.outputs[0], Steps(whole.outputs[0], c, cut, time)));
    for (size_t i = 1; i < (c.spec.cell == Cell::kLstm ? 3u : 2u); ++i) CHECK(Same(two.outputs[i], whole.outputs[i]));
  });
}

TEST(a_mask_of_ones_is_no_mask) {
  ForCases(36, 6, [](RecurrentCase c, Random*) {
    c.mask.clear();
    const Ran without = RunOnCuda(c);
    c.mask.assign(static_cast<size_t>(c.batch * c.timesteps), 1);
    CHECK(Same(without, RunOnCuda(c)));
  });
}

TEST(what_stands_in_masked_steps_does_not_matter) {
  ForCases(37, 8, [](RecurrentCase c, Random* random) {
    if (c.mask.empty()) FillMask(&c, random);
    const Ran plain = RunOnCuda(c);
    for (int64_t i = 0; i < c.batch * c.timesteps; ++i) {
      if (c.mask[i] == 0) std::fill_n(c.x.begin() + i * c.features, c.features, i % 2 == 0 ? std::nanf("") : INFINITY);
    }
    CHECK(Same(plain, RunOnCuda(c)));
  });
}

TEST(with_every_step_masked_the_states_are_the_initial_ones_and_the_output_is_zero) {
  ForCases(38, 6, [](RecurrentCase c, Random*) {
    c.mask.assign(static_cast<size_t>(c.batch * c.timesteps), 0);
    const Ran ran = RunOnCuda(c, 0);
    CHECK(ran.status.ok());
    const test::Floats zero(static_cast<size_t>(c.batch * c.spec.units), 0.0f);
    for (float x : ran.outputs[0]) CHECK(x == 0);
    CHECK(Same(ran.outputs[1], c.initial_h.empty() ? zero : c.initial_h));
    if (c.spec.cell == Cell::kLstm) CHECK(Same(ran.outputs[2], c.initial_c.empty() ? zero : c.initial_c));
  });
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
