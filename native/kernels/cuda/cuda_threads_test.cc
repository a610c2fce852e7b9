// The device cuda, emulated, seen from several threads: runs that are cancelled, progress, models and runs beside each other.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "native/kernels/cuda/testing.h"

namespace unroll {
namespace cuda {
namespace {

using test::Floats;
using test::Ran;
using test::Random;
using test::RecurrentCase;
using Clock = std::chrono::steady_clock;

// A model with data for a run of it.
struct Loaded {
  std::shared_ptr<Program> model;
  Floats x;
  RunArgs args;

  Loaded(const LayerSpec& layer, const Shape& shape, uint64_t seed) {
    Random random(seed);
    args.shape = shape;
    x = random.Floats(shape[0] * shape[1] * shape[2], 1);
    args.x = x.data();
    const test::Weights weights = test::RandomWeights({layer}, {shape[2]}, &random);
    CHECK(BuildOnCuda({layer}, shape[2], weights, &model).ok());
  }
};

LayerSpec Recurrent(Cell cell, int64_t units) {
  LayerSpec layer;
  layer.directions.resize(1);
  layer.directions[0].cell = cell;
  layer.directions[0].units = units;
  return layer;
}

LayerSpec Dense(int64_t units) {
  LayerSpec layer;
  layer.kind = LayerKind::kDense;
  layer.units = units;
  return layer;
}

TEST(a_token_that_is_cancelled_stops_the_run_before_it_starts) {
  const Emulated emulated("sms=2");
  const Loaded one(Recurrent(Cell::kLstm, 4), {2, 3, 2}, 71);
  const Ran plain = test::RunModel(*one.model, one.args);
  CHECK(plain.status.ok());
  const emulator::Counts before = emulator::counts();
  CancelToken token;
  token.Cancel();
  const Ran ran = test::RunModel(*one.model, one.args, &token);
  CHECK(ran.status.code() == Code::kCancelled && token.progress() == 0);
  CHECK(emulator::counts().launches == before.launches && emulator::counts().copies == before.copies);
  for (float value : ran.outputs[0]) CHECK(std::isnan(value));
  // The next one knows nothing of it, and a token that is cancelled when all is over is too late.
  CancelToken late;
  CHECK(Same(plain, test::RunModel(*one.model, one.args, &late)));
  late.Cancel();
  CHECK(Same(plain, test::RunModel(*one.model, one.args)));
}

// Runs until another thread has seen some progress and cancels; how long the run took to end from then on, in ms.
double CancelLatency(const Loaded& one, int64_t least) {
  CancelToken token;
  Clock::time_point cancelled;
  std::atomic<bool> over{false};
  std::thread canceller([&] {
    while (token.progress() < least && !over) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    cancelled = Clock::now();
    token.Cancel();
  });
  const Ran ran = test::RunModel(*one.model, one.args, &token);
  const Clock::time_point ended = Clock::now();
  over = true;
  canceller.join();
  CHECK(ran.status.code() == Code::kCancelled);
  CHECK(token.progress() >= least && token.progress() < ran.plan.steps);
  return std::chrono::duration<double, std::milli>(ended - cancelled).count();
}

// Both are far longer than anybody waits for.
TEST(a_run_is_cancelled_from_another_thread) {
  const Emulated emulated("sms=2");
  const Loaded recurrent(Recurrent(Cell::kLstm, 4), {1, 2000000, 1}, 72), dense(Dense(64), {1, 40000, 256}, 73);
  for (const Loaded* one : {&recurrent, &dense}) {
    std::vector<double> took;
    for (int i = 0; i < 5; ++i) took.push_back(CancelLatency(*one, 300 * i + 1));
    std::sort(took.begin(), took.end());
    test::Context() = "ms: " + std::to_string(took[0]) + " " + std::to_string(took[2]) + " " + std::to_string(took[4]);
    // The engine waits so long before it ends the process; the emulator is thousands of times slower than a device.
    CHECK(took[2] < 500);
  }
  const Loaded after(Recurrent(Cell::kGru, 3), {2, 4, 2}, 74);
  CHECK(test::RunModel(*after.model, after.args).status.ok());
}

TEST(progress_comes_to_the_planned_steps_and_never_goes_back) {
  for (const char* device : {"sms=2", "sms=2,memory=256K"}) {
    const Emulated emulated(device);
    LayerSpec both;
    both.kind = LayerKind::kBidirectional;
    both.directions = {Recurrent(Cell::kGru, 3).directions[0], Recurrent(Cell::kLstm, 5).directions[0]};
    for (const LayerSpec& layer : {Recurrent(Cell::kLstm, 5), both, Dense(7)}) {
      const Loaded one(layer, {25, 40, 4}, 75);
      CancelToken token;
      std::atomic<bool> over{false}, fell{false};
      std::thread watcher([&] {
        for (int64_t last = 0; !over; std::this_thread::yield()) {
          const int64_t now = token.progress();
          if (now < last) fell = true;
          last = now;
        }
      });
      const Ran ran = test::RunModel(*one.model, one.args, &token);
      over = true;
      watcher.join();
      CHECK(ran.status.ok() && !fell && token.progress() == ran.plan.steps);
    }
  }
}

// So many at once; what each gives is checked by who started them.
std::vector<Ran> AtOnce(int count, const std::function<Ran(int)>& body) {
  std::vector<Ran> runs(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&runs, &body, i] { runs[static_cast<size_t>(i)] = body(i); });
  for (std::thread& thread : threads) thread.join();
  return runs;
}

TEST(runs_may_share_a_model) {
  const Emulated emulated("sms=3");
  const Loaded one(Recurrent(Cell::kLstm, 9), {5, 30, 3}, 76);
  const Ran alone = test::RunModel(*one.model, one.args);
  for (const Ran& ran : AtOnce(4, [&](int) { return test::RunModel(*one.model, one.args); })) CHECK(Same(alone, ran));
}

TEST(models_of_several_threads_are_made_run_and_disposed_of_beside_each_other) {
  const Emulated emulated("sms=3,order=random");
  const auto run = [](int i, int rounds) {
    Ran ran;
    for (int round = 0; round < rounds; ++round) {
      const Loaded one(i % 2 == 0 ? Recurrent(Cell::kGru, 7) : Dense(40), {4, 12, 3}, 77 + static_cast<uint64_t>(i));
      ran = test::RunModel(*one.model, one.args);
      if (!ran.status.ok()) break;
    }
    return ran;
  };
  const int64_t before = LiveBytes(), held = emulator::counts().device_bytes;
  std::vector<Ran> expected;
  for (int i = 0; i < 3; ++i) expected.push_back(run(i, 1));
  const std::vector<Ran> got = AtOnce(3, [&](int i) { return run(i, 8); });
  for (size_t i = 0; i < got.size(); ++i) CHECK(Same(got[i], expected[i]));
  CHECK(LiveBytes() == before && emulator::counts().device_bytes == held);
}

}  // namespace
}  // namespace cuda
}  // namespace unroll
