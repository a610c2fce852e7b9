// The memory horizon against differences of the reference's forward pass; threads, cancels, progress and memory that is refused.
#include "native/kernels/backward/sensitivity.h"

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Random;
using test::RecurrentCase;

struct Horizon {
  Status status;
  SensitivityPlan plan;
  std::vector<double> norms;
  std::vector<float> gradient;
};

struct Run {
  const Kernels& kernels = *AvailableKernels().back();
  int64_t threads = 1;
  CancelToken* token = nullptr;
  Pool* pool = nullptr;
};

// NaN: what is not written is seen.
Horizon Compute(SensitivityArgs args, const test::Weights& weights, const Run& run = {}) {
  for (const auto& weight : weights) args.weights.emplace_back(weight.data(), static_cast<int64_t>(weight.size()));
  Horizon horizon;
  horizon.status = PlanSensitivity(args, run.threads, &horizon.plan);
  if (!horizon.status.ok()) return horizon;
  horizon.norms.assign(static_cast<size_t>(horizon.plan.timesteps), std::nan(""));
  horizon.gradient.assign(static_cast<size_t>(horizon.plan.inputs), std::nanf(""));
  args.state_norms = horizon.norms.data();
  args.input_gradient = horizon.gradient.data();
  horizon.status = ComputeSensitivity(args, horizon.plan, run.kernels, run.threads, run.token, run.pool);
  return horizon;
}

SensitivityArgs ArgsOf(const RecurrentCase& c) {
  SensitivityArgs args;
  args.layers = {c.Layer()};
  args.shape = {1, c.timesteps, c.features};
  args.x = c.x.data();
  args.mask = c.mask.empty() ? nullptr : c.mask.data();
  return args;
}

reference::Input Wide(const RecurrentCase& c) {
  auto wide = [](const test::Floats& v) { return reference::Doubles(v.begin(), v.end()); };
  return {c.spec,
          1,
          c.timesteps,
          c.features,
          wide(c.x),
          wide(c.weights[0]),
          wide(c.weights[1]),
          c.spec.use_bias ? wide(c.weights[2]) : reference::Doubles(),
          {},
          {},
          c.mask};
}

// A cell whose steps are smooth.
RecurrentCase SmoothCase(Random* random, bool wide) {
  static const Activation kSmooth[] = {Activation::kTanh, Activation::kSigmoid, Activation::kSoftsign, Activation::kGelu,
                                       Activation::kSoftmax};
  RecurrentCase c;
  c.spec.cell = static_cast<Cell>(random->Between(0, 2));
  c.spec.units = wide ? random->Between(20, 60) : random->Between(1, 5);
  c.spec.activation = kSmooth[random->Between(0, 4)];
  c.spec.recurrent_activation = random->Coin() ? Activation::kSigmoid : kSmooth[random->Between(0, 4)];
  c.spec.use_bias = random->Coin();
  c.spec.go_backwards = random->Coin();
  c.spec.zero_output_for_mask = random->Coin();
  c.spec.reset_after = random->Coin();
  c.timesteps = random->Between(1, 7);
  c.features = random->Between(1, 4);
  test::Fill(&c, random);
  if (random->Coin()) {
    for (int64_t t = 0; t < c.timesteps; ++t) c.mask.push_back(random->Between(0, 2) > 0 ? 1 : 0);
  }
  return c;
}

// Steps [from, T) alone, from these states; the steps are taken in the order of the case.
reference::Doubles LastFrom(const reference::Input& whole, int64_t from, const reference::Doubles& h, const reference::Doubles& c) {
  if (from == whole.timesteps) return h;
  reference::Input rest = whole;
  const int64_t first = whole.spec.go_backwards ? 0 : from, count = whole.timesteps - from;
  rest.timesteps = count;
  rest.x.assign(whole.x.begin() + first * whole.features, whole.x.begin() + (first + count) * whole.features);
  if (!whole.mask.empty()) rest.mask.assign(whole.mask.begin() + first, whole.mask.begin() + first + count);
  rest.initial_h = h;
  rest.initial_c = c;
  return reference::Run(rest).h;
}

TEST(horizons_are_differences_of_the_reference) {
  constexpr double kStep = 1e-5;
  Random random(51);
  for (int64_t i = 0; i < test::Cases(60); ++i) {
    const RecurrentCase c = SmoothCase(&random, false);
    test::Context() = c.Text();
    const std::vector<const Kernels*>& all = AvailableKernels();
    const Horizon got = Compute(ArgsOf(c), c.weights, {*all[static_cast<size_t>(i) % all.size()]});
    CHECK(got.status.ok());
    const reference::Input whole = Wide(c);
    const reference::Output traced = reference::Run(whole);
    const auto n = static_cast<size_t>(c.spec.units);
    for (size_t t = 0; t < got.norms.size(); ++t) {
      auto state = [&](size_t k) { return reference::Doubles(traced.traces[k].begin() + t * n, traced.traces[k].begin() + (t + 1) * n); };
      const reference::Doubles own_c = c.spec.cell == Cell::kLstm ? state(1) : reference::Doubles();
      double squares = 0;
      for (size_t unit = 0; unit < n; ++unit) {
        reference::Doubles up = state(0), down = up;
        up[unit] += kStep;
        down[unit] -= kStep;
        const auto next = static_cast<int64_t>(t) + 1;
        const reference::Doubles a = LastFrom(whole, next, up, own_c), b = LastFrom(whole, next, down, own_c);
        for (size_t k = 0; k < n; ++k) squares += std::pow((a[k] - b[k]) / (2 * kStep), 2);
      }
      CHECK_NEAR(got.norms[t], std::sqrt(squares), 1e-7, 1e-6);
    }
    for (size_t k = 0; k < got.gradient.size(); ++k) {
      reference::Input up = whole, down = whole;
      up.x[k] += kStep;
      down.x[k] -= kStep;
      double sum = 0;
      const reference::Output a = reference::Run(up), b = reference::Run(down);
      for (size_t unit = 0; unit < n; ++unit) sum += (a.h[unit] - b.h[unit]) / (2 * kStep);
      CHECK_NEAR(got.gradient[k], sum, 1e-6, 1e-6);
    }
  }
}

// Dense, a bidirectional LSTM and a stack with a GRU on top: [1, T, 3].
struct Deep {
  explicit Deep(int64_t units, int64_t timesteps) {
    Random random(52);
    LayerSpec dense, both, stack;
    dense.kind = LayerKind::kDense;
    dense.units = 4;
    dense.activation = Activation::kTanh;
    both.kind = LayerKind::kBidirectional;
    both.merge = MergeMode::kMul;
    both.directions = {Sequences(Cell::kLstm, units), Sequences(Cell::kSimpleRnn, units)};
    both.directions[1].go_backwards = true;
    stack.kind = LayerKind::kStack;
    stack.directions = {Sequences(Cell::kSimpleRnn, 5), Sequences(Cell::kGru, units)};
    args.layers = {dense, both, stack};
    args.shape = {1, timesteps, 3};
    weights = test::RandomWeights(args.layers, {3, 4, units}, &random);
    x = random.Floats(timesteps * 3, 1);
    args.x = x.data();
  }
  static RecurrentSpec Sequences(Cell cell, int64_t units) {
    RecurrentSpec spec;
    spec.cell = cell;
    spec.units = units;
    spec.return_sequences = true;
    return spec;
  }

  SensitivityArgs args;
  test::Weights weights;
  std::vector<float> x;
};

TEST(threads_and_the_number_of_them_change_no_bit) {
  Pool pool;
  const Deep deep(96, 20);
  const Horizon alone = Compute(deep.args, deep.weights);
  CHECK(alone.status.ok());
  for (int64_t threads : {2, 3}) {
    Run run;
    run.threads = threads;
    run.pool = &pool;
    const Horizon together = Compute(deep.args, deep.weights, run);
    CHECK(together.status.ok() && together.norms == alone.norms && together.gradient == alone.gradient);
  }
}

TEST(targets_agree_to_the_last_digits) {
  Random random(53);
  for (int64_t i = 0; i < test::Cases(10); ++i) {
    const RecurrentCase c = SmoothCase(&random, true);
    test::Context() = c.Text();
    const Horizon first = Compute(ArgsOf(c), c.weights, {*AvailableKernels().front()});
    for (const Kernels* kernels : AvailableKernels()) {
      const Horizon other = Compute(ArgsOf(c), c.weights, {*kernels});
      for (size_t t = 0; t < first.norms.size(); ++t) CHECK_NEAR(other.norms[t], first.norms[t], 0, 1e-11);
    }
  }
}

TEST(progress_counts_all_that_was_planned) {
  CancelToken token;
  Run run;
  run.token = &token;
  const Deep deep(8, 9);
  const Horizon horizon = Compute(deep.args, deep.weights, run);
  CHECK(horizon.status.ok() && token.progress() == horizon.plan.work);
}

TEST(a_cancel_is_heard_within_a_step_and_leaves_nothing) {
  CancelToken token;
  Pool pool;
  Run run;
  run.token = &token;
  run.threads = 2;
  run.pool = &pool;
  const Deep deep(700, 200);
  const int64_t live = LiveBytes();
  std::thread other([&token] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    token.Cancel();
  });
  const Horizon horizon = Compute(deep.args, deep.weights, run);
  other.join();
  CHECK(horizon.status.code() == Code::kCancelled && token.progress() < horizon.plan.work / 2);
  CHECK(LiveBytes() == live);
}

TEST(refuses_what_does_not_fit_before_anything_is_computed) {
  const Deep deep(3, 4);
  const auto refused = [&deep](auto change) {
    SensitivityArgs args = deep.args;
    test::Weights weights = deep.weights;
    change(&args, &weights);
    return Compute(args, weights).status.code();
  };
  CHECK(refused([](SensitivityArgs*, test::Weights*) {}) == Code::kOk);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->layers.clear(); }) == Code::kInvalidArgument);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->layers.resize(1); }) == Code::kInvalidArgument);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->layers[0].kind = LayerKind::kEmbedding; }) != Code::kOk);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->shape = {2, 4, 3}; }) == Code::kShapeMismatch);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->shape = {}; }) == Code::kShapeMismatch);
  CHECK(refused([](SensitivityArgs* args, test::Weights*) { args->shape = {1, 4, 2}; }) == Code::kShapeMismatch);
  CHECK(refused([](SensitivityArgs*, test::Weights* weights) { weights->pop_back(); }) == Code::kShapeMismatch);
  CHECK(refused([](SensitivityArgs*, test::Weights* weights) { weights->push_back({1}); }) == Code::kShapeMismatch);
  CHECK(refused([](SensitivityArgs*, test::Weights* weights) { (*weights)[3].pop_back(); }) == Code::kShapeMismatch);
}

TEST(a_plan_counts_at_least_what_is_held) {
  const Deep deep(64, 300);
  CancelToken token;
  std::atomic<bool> over{false};
  int64_t most = 0;
  const int64_t before = LiveBytes();
  std::thread watch([&] {
    while (!over.load()) most = std::max(most, LiveBytes() - before);
  });
  const Horizon horizon = Compute(deep.args, deep.weights);
  over.store(true);
  watch.join();
  test::Context() = std::to_string(most) + " of " + std::to_string(horizon.plan.bytes);
  CHECK(horizon.status.ok() && most > 0 && most <= horizon.plan.bytes && LiveBytes() == before);
}

}  // namespace
}  // namespace unroll
