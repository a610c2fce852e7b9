// One recurrent layer on every CPU target against the reference in double, and what has to hold whatever the numbers are.
#include "native/core/direction.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Floats;
using test::Ran;
using test::Random;
using test::RandomCase;
using test::RecurrentCase;

// size: of the numbers that were added up for it. Of the activations some have no bound, and a gate's sum of states of 50 has an error of
// 50 roundings, however small the gate is.
void CheckTensor(const Floats& got, const reference::Doubles& expected, double size) {
  CHECK(got.size() == expected.size());
  for (size_t i = 0; i < got.size() && i < expected.size(); ++i) CHECK_NEAR(got[i], expected[i], 1e-5 * size, 1e-4);
}

void CheckCase(const RecurrentCase& c) {
  const reference::Output expected = c.Reference();
  std::vector<reference::Doubles> tensors{expected.out, expected.h};
  if (!expected.c.empty()) tensors.push_back(expected.c);
  tensors.insert(tensors.end(), expected.traces.begin(), expected.traces.end());
  double size = 1;
  for (double h : expected.traces[0]) size = std::max(size, std::abs(h));
  for (const Kernels* kernels : AvailableKernels()) {
    test::Context() = std::string(kernels->name) + ": " + c.Text();
    const Ran ran = c.Run(*kernels);
    CHECK(ran.status.ok() && ran.outputs.size() == tensors.size());
    for (size_t i = 0; i < ran.outputs.size() && i < tensors.size(); ++i) CheckTensor(ran.outputs[i], tensors[i], size);
  }
}

// Of the same bits, so that NaN equals NaN and −0 is not 0.
bool Same(const Floats& a, const Floats& b) { return a.size() == b.size() && std::memcmp(a.data(), b.data(), 4 * a.size()) == 0; }

// For as many random cases on each target: body(kernels, case).
template <typename Body>
void ForCases(uint64_t seed, int64_t cases, Body body) {
  Random random(seed);
  for (int64_t i = 0; i < test::Cases(cases); ++i) {
    RecurrentCase c = RandomCase(&random);
    for (const Kernels* kernels : AvailableKernels()) {
      test::Context() = std::string(kernels->name) + ": " + c.Text();
      body(*kernels, c);
    }
  }
}

// Steps [from, to) of a tensor [B, T, n].
template <typename T>
std::vector<T> Steps(const std::vector<T>& v, int64_t batch, int64_t time, int64_t from, int64_t to) {
  const int64_t n = static_cast<int64_t>(v.size()) / (batch * time);
  std::vector<T> out;
  for (int64_t row = 0; row < batch; ++row) out.insert(out.end(), v.begin() + (row * time + from) * n, v.begin() + (row * time + to) * n);
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

TEST(every_cell_follows_the_reference) {
  Random random(21);
  // Each cell, both GRUs, forwards and backwards, with and without mask, at a width with a tail in every target.
  for (int form = 0; form < 16; ++form) {
    RecurrentCase c;
    c.spec.cell = form / 4 == 0 ? Cell::kSimpleRnn : form / 4 == 1 ? Cell::kLstm : Cell::kGru;
    c.spec.reset_after = form / 4 == 2;
    c.spec.units = 37;
    c.spec.return_sequences = true;
    c.spec.go_backwards = form % 2 == 1;
    c.batch = 5;
    c.timesteps = 11;
    c.features = 3;
    test::Fill(&c, &random);
    if (form % 4 >= 2) {
      for (int64_t i = 0; i < 55; ++i) c.mask.push_back(random.Coin() ? 1 : 0);
    }
    CheckCase(c);
  }
}

TEST(deep_layers_follow_the_reference) {
  Random random(27);
  // Products of many steps and of a few left over, of the input and of the state, and tiles of five and six rows.
  for (int form = 0; form < 4; ++form) {
    RecurrentCase c;
    c.spec.cell = form == 0 ? Cell::kSimpleRnn : form == 1 ? Cell::kLstm : Cell::kGru;
    c.spec.reset_after = form == 2;
    c.spec.units = 515;
    c.spec.return_sequences = true;
    c.batch = 25;
    c.timesteps = 2;
    c.features = 522;
    test::Fill(&c, &random);
    for (int64_t i = 0; i < 50; ++i) c.mask.push_back(i % 7 == 0 ? 0 : 1);
    CheckCase(c);
  }
}

TEST(random_layers_follow_the_reference) {
  Random random(22);
  for (int64_t i = 0; i < test::Cases(300); ++i) CheckCase(RandomCase(&random));
}

TEST(the_same_input_gives_the_same_bits) {
  ForCases(23, 12, [](const Kernels& kernels, const RecurrentCase& c) {
    const Ran first = c.Run(kernels), second = c.Run(kernels);
    CHECK(first.status.ok() && second.status.ok());
    for (size_t i = 0; i < first.outputs.size(); ++i) CHECK(Same(first.outputs[i], second.outputs[i]));
  });
}

TEST(capture_changes_no_bit) {
  ForCases(24, 12, [](const Kernels& kernels, const RecurrentCase& c) {
    const Ran with = c.Run(kernels, 2), without = c.Run(kernels, 0);
    CHECK(with.status.ok() && without.status.ok());
    for (size_t i = 0; i < without.outputs.size(); ++i) CHECK(Same(with.outputs[i], without.outputs[i]));
  });
}

TEST(a_sequence_cut_in_two_with_its_states_carried_over_is_the_whole) {
  ForCases(25, 20, [](const Kernels& kernels, RecurrentCase c) {
    if (c.timesteps < 2) return;
    // What a masked step repeats is no state, so at a cut only zeros are sure.
    c.spec.zero_output_for_mask = true;
    c.spec.return_sequences = true;
    const Ran whole = c.Run(kernels);
    const int64_t cut = c.timesteps / 3 + 1, time = c.timesteps;
    auto part = [&](int64_t from, int64_t to) {
      RecurrentCase p = c;
      p.timesteps = to - from;
      p.x = Steps(c.x, c.batch, time, from, to);
      if (!c.mask.empty()) p.mask = Steps(c.mask, c.batch, time, from, to);
      return p;
    };
    // Backwards, what lies behind is taken first.
    RecurrentCase first = c.spec.go_backwards ? part(time - cut, time) : part(0, cut);
    RecurrentCase second = c.spec.go_backwards ? part(0, time - cut) : part(cut, time);
    const Ran one = first.Run(kernels);
    second.initial_h = one.outputs[1];
    if (c.spec.cell == Cell::kLstm) second.initial_c = one.outputs[2];
    const Ran two = second.Run(kernels);
    CHECK(whole.status.ok() && one.status.ok() && two.status.ok());
    CHECK(Same(one.outputs[0], Steps(whole.outputs[0], c.batch, time, 0, cut)));
    CHECK(Same(two.outputs[0], Steps(whole.outputs[0], c.batch, time, cut, time)));
    for (size_t i = 1; i < (c.spec.cell == Cell::kLstm ? 3u : 2u); ++i) CHECK(Same(two.outputs[i], whole.outputs[i]));
  });
}

TEST(a_batch_in_another_order_gives_its_rows_in_that_order) {
  Random random(26);
  ForCases(26, 20, [&random](const Kernels& kernels, const RecurrentCase& c) {
    std::vector<int64_t> order;
    for (int64_t row = 0; row < c.batch; ++row) order.push_back(row);
    for (int64_t row = c.batch - 1; row > 0; --row) std::swap(order[row], order[random.Between(0, row)]);
    RecurrentCase turned = c;
    turned.x = Rows(c.x, order);
    turned.mask = Rows(c.mask, order);
    turned.initial_h = Rows(c.initial_h, order);
    turned.initial_c = Rows(c.initial_c, order);
    const Ran plain = c.Run(kernels), other = turned.Run(kernels);
    CHECK(plain.status.ok() && other.status.ok());
    for (size_t i = 0; i < plain.outputs.size(); ++i) CHECK(Same(Rows(plain.outputs[i], order), other.outputs[i]));
  });
}

TEST(a_row_does_not_depend_on_its_batch) {
  Random random(32);
  // Tiles of each number of rows, and a row by itself; the last ones take the input with the step.
  for (int64_t batch = 1; batch <= 18; ++batch) {
    for (int form = 0; form < 8; ++form) {
      RecurrentCase c;
      c.spec.cell = form % 4 == 0 ? Cell::kSimpleRnn : form % 4 == 1 ? Cell::kLstm : Cell::kGru;
      c.spec.reset_after = form % 4 == 2;
      c.spec.units = form < 4 ? 37 : 3;
      c.spec.return_sequences = true;
      c.batch = batch;
      c.timesteps = 3;
      c.features = batch % 2 == 0 ? 5 : 19;
      test::Fill(&c, &random);
      for (const Kernels* kernels : AvailableKernels()) {
        test::Context() = std::string(kernels->name) + ": " + c.Text();
        const Ran all = c.Run(*kernels);
        for (int64_t row = 0; row < batch; ++row) {
          RecurrentCase alone = c;
          alone.batch = 1;
          const auto of = [&](const Floats& v) {
            const auto n = static_cast<int64_t>(v.size()) / batch;
            return Floats(v.begin() + row * n, v.begin() + (row + 1) * n);
          };
          alone.x = of(c.x);
          alone.initial_h = of(c.initial_h);
          alone.initial_c = of(c.initial_c);
          const Ran ran = alone.Run(*kernels);
          for (size_t i = 0; i < all.outputs.size(); ++i) CHECK(Same(ran.outputs[i], of(all.outputs[i])));
        }
      }
    }
  }
}

TEST(a_mask_of_ones_is_no_mask) {
  ForCases(27, 12, [](const Kernels& kernels, RecurrentCase c) {
    c.mask.clear();
    const Ran without = c.Run(kernels);
    c.mask.assign(c.batch * c.timesteps, 1);
    const Ran with = c.Run(kernels);
    for (size_t i = 0; i < with.outputs.size(); ++i) CHECK(Same(with.outputs[i], without.outputs[i]));
  });
}

TEST(what_stands_in_masked_steps_does_not_matter) {
  ForCases(28, 12, [](const Kernels& kernels, RecurrentCase c) {
    if (c.mask.empty()) c.mask.assign(c.batch * c.timesteps, 0);
    const Ran plain = c.Run(kernels);
    for (int64_t i = 0; i < c.batch * c.timesteps; ++i) {
      if (c.mask[i] == 0) std::fill_n(c.x.begin() + i * c.features, c.features, std::nanf(""));
    }
    const Ran poisoned = c.Run(kernels);
    for (size_t i = 0; i < plain.outputs.size(); ++i) CHECK(Same(plain.outputs[i], poisoned.outputs[i]));
  });
}

TEST(with_every_step_masked_the_states_are_the_initial_ones_and_the_output_is_zero) {
  ForCases(29, 12, [](const Kernels& kernels, RecurrentCase c) {
    c.mask.assign(c.batch * c.timesteps, 0);
    const Ran ran = c.Run(kernels, 0);
    CHECK(ran.status.ok());
    for (float x : ran.outputs[0]) CHECK(x == 0);
    const Floats zero(c.batch * c.spec.units, 0.0f);
    CHECK(Same(ran.outputs[1], c.initial_h.empty() ? zero : c.initial_h));
    if (c.spec.cell == Cell::kLstm) CHECK(Same(ran.outputs[2], c.initial_c.empty() ? zero : c.initial_c));
  });
}

TEST(nan_in_one_row_stays_in_that_row) {
  Random random(30);
  for (const Kernels* kernels : AvailableKernels()) {
    RecurrentCase c;
    c.spec.cell = Cell::kLstm;
    c.spec.units = 9;
    c.batch = 7;
    c.timesteps = 4;
    c.features = 3;
    test::Fill(&c, &random);
    c.x[(3 * 4 + 1) * 3 + 2] = std::nanf("");
    const Ran ran = c.Run(*kernels, 0);
    for (int64_t i = 0; i < 63; ++i) CHECK(std::isnan(ran.outputs[0][i]) == (i / 9 == 3));
  }
}

TEST(a_direction_refuses_an_arena_that_is_too_small) {
  Random random(31);
  RecurrentCase c;
  c.spec.units = 64;
  test::Fill(&c, &random);
  const Kernels& kernels = *AvailableKernels().front();
  const PackedCell cell = PackCell(c.spec, 1, c.weights[0].data(), c.weights[1].data(), c.weights[2].data(), kernels);
  DirectionTask task{};
  task.spec = &c.spec;
  task.weights = &cell;
  task.kernels = &kernels;
  task.batch = task.timesteps = task.features = 1;
  Arena arena;
  CHECK(arena.Reserve(64));
  CHECK(!Direction(task, 1, &arena).ready());
}

}  // namespace
}  // namespace unroll
