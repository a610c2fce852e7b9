// The pool and its barrier: everyone takes part, nobody is lost, and several threads give the bits of one.
#include "native/core/pool.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <vector>

#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Random;
using test::RecurrentCase;

TEST(every_member_takes_part_exactly_once) {
  Pool pool;
  for (int threads : {1, 2, 5}) {
    CHECK(pool.Grow(threads) == threads);
    for (int round = 0; round < 300; ++round) {
      std::vector<std::atomic<int>> seen(threads);
      pool.Run(threads, [&](int i) { seen[i].fetch_add(1); });
      for (auto& count : seen) CHECK(count.load() == 1);
    }
  }
  // Fewer than there are.
  std::atomic<int> seen{0};
  pool.Run(2, [&](int) { seen.fetch_add(1); });
  CHECK(seen.load() == 2);
}

TEST(a_pool_that_was_never_used_or_has_slept_ends) {
  { Pool pool; }
  Pool pool;
  pool.Grow(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::atomic<int> seen{0};
  pool.Run(3, [&](int) { seen.fetch_add(1); });
  CHECK(seen.load() == 3);
}

TEST(nobody_passes_a_barrier_before_all_have_come) {
  constexpr int kMembers = 3, kRounds = 2000;
  Pool pool;
  pool.Grow(kMembers);
  Barrier barrier(kMembers);
  std::atomic<int> arrived{0};
  std::atomic<bool> good{true};
  pool.Run(kMembers, [&](int) {
    for (int round = 1; round <= kRounds; ++round) {
      arrived.fetch_add(1);
      if (barrier.Wait(false)) good = false;
      if (arrived.load() < round * kMembers) good = false;
    }
  });
  CHECK(good.load() && arrived.load() == kMembers * kRounds);
}

TEST(a_wish_to_stop_is_heard_by_all_in_the_same_round) {
  constexpr int kMembers = 3;
  Pool pool;
  pool.Grow(kMembers);
  for (int wisher = 0; wisher < kMembers; ++wisher) {
    for (int at : {0, 1, 100}) {
      Barrier barrier(kMembers);
      std::atomic<int> rounds[kMembers] = {};
      pool.Run(kMembers, [&](int i) {
        for (int round = 0;; ++round) {
          rounds[i] = round;
          if (barrier.Wait(i == wisher && round == at)) return;
        }
      });
      for (auto& round : rounds) CHECK(round.load() == at);
    }
  }
}

// Large enough for threads, in rows as well as in panels.
RecurrentCase Large(Cell cell, int64_t batch, int64_t units, Random* random) {
  RecurrentCase c;
  c.spec.cell = cell;
  c.spec.units = units;
  c.spec.return_sequences = true;
  c.spec.reset_after = random->Coin();
  c.batch = batch;
  c.timesteps = 7;
  c.features = 24;
  test::Fill(&c, random);
  if (random->Coin()) {
    for (int64_t i = 0; i < c.batch * c.timesteps; ++i) c.mask.push_back(random->Between(0, 3) > 0 ? 1 : 0);
  }
  return c;
}

TEST(several_threads_give_the_bits_of_one) {
  Random random(61);
  Pool pool;
  for (int64_t i = 0; i < test::Cases(6); ++i) {
    for (Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
      for (auto [batch, units] : {std::pair<int64_t, int64_t>{40, 96}, {3, 640}}) {
        const RecurrentCase c = Large(cell, batch, units, &random);
        test::Context() = c.Text();
        const Kernels& kernels = *AvailableKernels().back();
        const test::Ran one = c.Run(kernels);
        for (int threads : {2, 3}) {
          const test::Ran several = c.Run(kernels, 2, nullptr, &pool, threads);
          CHECK(one.status.ok() && several.status.ok() && one.outputs.size() == several.outputs.size());
          for (size_t k = 0; k < one.outputs.size(); ++k)
            CHECK(std::memcmp(one.outputs[k].data(), several.outputs[k].data(), 4 * one.outputs[k].size()) == 0);
        }
      }
    }
  }
}

TEST(a_cancel_ends_all_threads_of_a_run) {
  Random random(62);
  Pool pool;
  for (auto [batch, units] : {std::pair<int64_t, int64_t>{40, 96}, {3, 640}}) {
    RecurrentCase c = Large(Cell::kGru, batch, units, &random);
    c.timesteps = 2000;
    c.mask.clear();
    test::Fill(&c, &random);
    CancelToken token;
    std::thread canceller([&] {
      while (token.progress() == 0) std::this_thread::yield();
      token.Cancel();
    });
    const test::Ran ran = c.Run(*AvailableKernels().back(), 0, &token, &pool, 3);
    canceller.join();
    CHECK(ran.status.code() == Code::kCancelled);
  }
}

}  // namespace
}  // namespace unroll
