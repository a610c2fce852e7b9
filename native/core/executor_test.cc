// Whole programs: what passes between layers, masks along the way, merged directions, and how a run is stopped.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "native/core/pool.h"
#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Build;
using test::Floats;
using test::Ran;
using test::Random;
using test::RandomWeights;
using test::RecurrentCase;
using test::RunModel;
using test::Weights;
using Layers = std::vector<LayerSpec>;

LayerSpec Plain(LayerKind kind, int64_t units = 0) {
  LayerSpec layer;
  layer.kind = kind;
  layer.units = units;
  return layer;
}

LayerSpec Repeat(int64_t times) {
  LayerSpec layer = Plain(LayerKind::kRepeatVector);
  layer.times = times;
  return layer;
}

LayerSpec Recurrent(Cell cell, int64_t units, bool sequences) {
  LayerSpec layer;
  RecurrentSpec spec;
  spec.cell = cell;
  spec.units = units;
  spec.return_sequences = sequences;
  layer.directions = {spec};
  return layer;
}

RunArgs Args(const Shape& shape, const Floats& x) {
  RunArgs args;
  args.shape = shape;
  args.x = x.data();
  return args;
}

// Builds and runs on the best target, with every output.
Ran RunLayers(const Layers& layers, int64_t features, const Weights& weights, RunArgs args) {
  std::shared_ptr<Model> model;
  Ran ran;
  ran.status = Build(layers, features, weights, *AvailableKernels().back(), &model);
  args.capture = 1;
  return ran.status.ok() ? RunModel(*model, args) : ran;
}

void CheckEqual(const Floats& got, const Floats& expected) {
  CHECK(got.size() == expected.size());
  for (size_t i = 0; i < got.size() && i < expected.size(); ++i) CHECK_NEAR(got[i], expected[i], 1e-6, 1e-6);
}

TEST(dense_by_hand) {
  LayerSpec dense = Plain(LayerKind::kDense, 2);
  dense.activation = Activation::kRelu;
  const Ran ran = RunLayers({dense}, 3, {{1, 2, 3, 4, 5, 6}, {0.5f, -100}}, Args({2, 3}, {1, 2, 3, 10, 20, 30}));
  CHECK(ran.status.ok());
  CHECK_NEAR(ran.outputs[0][0], 22.5, 0, 0);
  CheckEqual(ran.outputs[0], {22.5f, 0, 220.5f, 180});
}

TEST(dense_over_every_step_and_more_rows_than_a_block) {
  Random random(41);
  const Floats x = random.Floats(5 * 97 * 3, 1);
  LayerSpec dense = Plain(LayerKind::kDense, 4);
  dense.activation = Activation::kSoftmax;
  const Weights weights = RandomWeights({dense}, {3}, &random);
  const Ran ran = RunLayers({dense}, 3, weights, Args({5, 97, 3}, x));
  CHECK(ran.status.ok() && ran.outputs[0].size() == 5 * 97 * 4);
  for (int64_t row = 0; row < 5 * 97; ++row) {
    reference::Doubles sums;
    for (int64_t j = 0; j < 4; ++j) {
      double sum = weights[1][j];
      for (int64_t k = 0; k < 3; ++k) sum += static_cast<double>(x[row * 3 + k]) * weights[0][k * 4 + j];
      sums.push_back(sum);
    }
    const reference::Doubles expected = reference::Activate(Activation::kSoftmax, sums);
    for (int64_t j = 0; j < 4; ++j) CHECK_NEAR(ran.outputs[0][row * 4 + j], expected[j], 1e-6, 1e-5);
  }
}

TEST(embedding_takes_rows_and_refuses_ids_beyond_its_table) {
  LayerSpec embedding = Plain(LayerKind::kEmbedding, 2);
  embedding.vocabulary = 3;
  const Weights table{{0, 1, 10, 11, 20, 21}};
  std::vector<int32_t> ids{2, 0, 1, 2};
  RunArgs args;
  args.shape = {2, 2};
  args.ids = ids.data();
  CheckEqual(RunLayers({embedding}, 0, table, args).outputs[0], {20, 21, 0, 1, 10, 11, 20, 21});
  for (int32_t bad : {-1, 3, 2147483647}) {
    ids[3] = bad;
    const Status status = RunLayers({embedding}, 0, table, args).status;
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK(status.message().find(std::to_string(bad)) != std::string::npos);
  }
}

// The outputs of `layers` with weights, and of a recurrent layer alone over `x` with that mask, are the same.
void CheckMaskedAs(const Layers& layers, int64_t features, const Weights& weights, const RunArgs& args, RecurrentCase alone) {
  const Ran ran = RunLayers(layers, features, weights, args);
  CHECK(ran.status.ok());
  alone.spec = layers.back().directions[0];
  alone.weights.assign(weights.end() - 3, weights.end());
  const Ran expected = alone.Run(*AvailableKernels().back(), 0);
  const int64_t slot = ran.plan.layers.back().output[0];
  CheckEqual(ran.outputs[slot], expected.outputs[0]);
}

TEST(embedding_masks_its_zeros) {
  Random random(42);
  LayerSpec embedding = Plain(LayerKind::kEmbedding, 4);
  embedding.vocabulary = 5;
  embedding.mask_zero = true;
  const Layers layers{embedding, Recurrent(Cell::kGru, 6, true)};
  const Weights weights = RandomWeights(layers, {0, 4}, &random);
  const std::vector<int32_t> ids{1, 0, 4, 0, 0, 3, 2, 1};
  RecurrentCase alone;
  alone.batch = 2;
  alone.timesteps = alone.features = 4;
  for (int32_t id : ids) {
    alone.x.insert(alone.x.end(), weights[0].begin() + id * 4, weights[0].begin() + id * 4 + 4);
    alone.mask.push_back(id == 0 ? 0 : 1);
  }
  RunArgs args;
  args.shape = {2, 4};
  args.ids = ids.data();
  CheckMaskedAs(layers, 0, weights, args, alone);
}

TEST(masking_skips_steps_of_its_value_alone) {
  Random random(43);
  LayerSpec masking = Plain(LayerKind::kMasking);
  masking.mask_value = -1;
  const Layers layers{masking, Recurrent(Cell::kLstm, 5, true)};
  const Weights weights = RandomWeights(layers, {2, 2}, &random);
  // The third step has the value in one of two features: it counts.
  const Floats x{1, 2, -1, -1, -1, 3, -1, -1};
  RecurrentCase alone;
  alone.timesteps = 4;
  alone.features = 2;
  alone.x = x;
  alone.mask = {1, 0, 1, 0};
  CheckMaskedAs(layers, 2, weights, Args({1, 4, 2}, x), alone);
}

TEST(masking_of_more_steps_than_came_in) {
  Random random(44);
  // 3 features come in, 1000 steps are masked: the mask is longer than the data's own.
  const Layers layers{Repeat(1000), Plain(LayerKind::kMasking), Recurrent(Cell::kLstm, 40, true)};
  const Weights weights = RandomWeights(layers, {3, 3, 3}, &random);
  const Floats x{0, 0, 0, 1, 2, 3};
  RecurrentCase alone;
  alone.batch = 2;
  alone.timesteps = 1000;
  alone.features = 3;
  for (int row = 0; row < 2; ++row) {
    for (int step = 0; step < 1000; ++step) alone.x.insert(alone.x.end(), x.begin() + row * 3, x.begin() + row * 3 + 3);
    alone.mask.insert(alone.mask.end(), 1000, static_cast<uint8_t>(row));
  }
  CheckMaskedAs(layers, 3, weights, Args({2, 3}, x), alone);
}

TEST(a_mask_ends_with_the_sequence) {
  Random random(45);
  const Layers layers{Recurrent(Cell::kGru, 3, false), Repeat(4), Recurrent(Cell::kGru, 3, true)};
  const Weights weights = RandomWeights(layers, {2, 3, 3}, &random);
  const Floats x = random.Floats(8, 1);
  const std::vector<uint8_t> mask{1, 0, 0, 0};
  RunArgs args = Args({1, 4, 2}, x);
  args.mask = mask.data();
  const Ran ran = RunLayers(layers, 2, weights, args);
  CHECK(ran.status.ok());
  const Floats& out = ran.outputs[ran.plan.layers[2].output[0]];
  // Were it still masked, the later steps would repeat the first.
  CHECK(!std::equal(out.begin(), out.begin() + 3, out.begin() + 3));
}

// Two directions of which the second goes backwards, each also as a case of its own.
void CheckMerge(MergeMode merge, bool sequences, Random* random) {
  const bool same = merge != MergeMode::kConcat && merge != MergeMode::kNone;
  RecurrentCase cases[2] = {test::RandomCase(random), {}};
  RecurrentCase &forward = cases[0], &backward = cases[1];
  forward.initial_h.clear();
  forward.initial_c.clear();
  forward.spec.return_sequences = sequences;
  forward.spec.go_backwards = false;
  backward = forward;
  backward.spec.go_backwards = true;
  if (!same) backward.spec.units += 3;
  test::Fill(&backward, random);
  backward.x = forward.x;
  LayerSpec layer;
  layer.kind = LayerKind::kBidirectional;
  layer.merge = merge;
  layer.directions = {forward.spec, backward.spec};
  Weights weights = forward.weights;
  weights.insert(weights.end(), backward.weights.begin(), backward.weights.end());
  RunArgs args = Args({forward.batch, forward.timesteps, forward.features}, forward.x);
  args.mask = forward.mask.empty() ? nullptr : forward.mask.data();
  test::Context() = "merge " + std::to_string(static_cast<int>(merge)) + ": " + forward.Text();
  const Ran ran = RunLayers({layer}, forward.features, weights, args);
  CHECK(ran.status.ok());
  if (!ran.status.ok()) return;
  const reference::Output a = forward.Reference(), b = backward.Reference();
  const int64_t steps = sequences ? forward.timesteps : 1, fw = forward.spec.units, bw = backward.spec.units;
  const int64_t width = merge == MergeMode::kConcat ? fw + bw : fw;
  for (int64_t row = 0; row < forward.batch; ++row) {
    for (int64_t s = 0; s < steps; ++s) {
      auto left = [&](int64_t k) { return a.out[(row * steps + s) * fw + k]; };
      // Turned round: what the backward direction gave last belongs to the first step.
      auto right = [&](int64_t k) { return b.out[(row * steps + steps - 1 - s) * bw + k]; };
      const float* out = ran.outputs[0].data() + (row * steps + s) * width;
      for (int64_t k = 0; k < fw; ++k) {
        const double l = left(k), r = same ? right(k) : 0;
        const double expected = merge == MergeMode::kSum   ? l + r
                                : merge == MergeMode::kMul ? l * r
                                : merge == MergeMode::kAve ? (l + r) / 2
                                                           : l;
        CHECK_NEAR(out[k], expected, 2e-5, 2e-4);
      }
      const float* second = merge == MergeMode::kConcat ? out + fw : ran.outputs[1].data() + (row * steps + s) * bw;
      for (int64_t k = 0; k < bw && !same; ++k) CHECK_NEAR(second[k], right(k), 1e-5, 1e-4);
    }
  }
}

TEST(both_directions_with_each_merge) {
  Random random(46);
  for (int64_t i = 0; i < test::Cases(4); ++i) {
    for (MergeMode merge : {MergeMode::kConcat, MergeMode::kSum, MergeMode::kMul, MergeMode::kAve, MergeMode::kNone}) {
      for (bool sequences : {false, true}) CheckMerge(merge, sequences, &random);
    }
  }
}

TEST(initial_states_are_taken_in_layer_order) {
  Random random(47);
  const Layers layers{Recurrent(Cell::kLstm, 2, true), Recurrent(Cell::kSimpleRnn, 3, false)};
  const Weights weights = RandomWeights(layers, {1, 2}, &random);
  const Floats x{1}, h{0.1f, 0.2f}, c{0.3f, 0.4f}, second{1, 2, 3};
  RunArgs args = Args({1, 1, 1}, x);
  args.initial_states = {h.data(), c.data(), second.data()};
  const Ran ran = RunLayers(layers, 1, weights, args);
  RecurrentCase one, two;
  one.spec = layers[0].directions[0];
  two.spec = layers[1].directions[0];
  one.x = x;
  one.initial_h = h;
  one.initial_c = c;
  one.weights.assign(weights.begin(), weights.begin() + 3);
  const reference::Output first = one.Reference();
  two.features = 2;
  two.x.assign(first.out.begin(), first.out.end());
  two.initial_h = second;
  two.weights.assign(weights.begin() + 3, weights.end());
  const reference::Output last = two.Reference();
  for (size_t k = 0; k < 3; ++k) CHECK_NEAR(ran.outputs[ran.plan.layers[1].output[0]][k], last.out[k], 1e-5, 1e-4);
}

TEST(reshape_keeps_the_numbers_in_order) {
  LayerSpec reshape = Plain(LayerKind::kReshape);
  reshape.target = {3, -1};
  const Floats x{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const Ran ran = RunLayers({reshape}, 6, {}, Args({2, 6}, x));
  CHECK(ran.status.ok() && ran.plan.shapes[1] == (Shape{2, 3, 2}));
  CheckEqual(ran.outputs[0], x);
}

TEST(a_token_that_is_cancelled_stops_the_run_before_it_starts) {
  Random random(48);
  RecurrentCase c = test::RandomCase(&random);
  CancelToken token;
  token.Cancel();
  for (const Kernels* kernels : AvailableKernels()) CHECK(c.Run(*kernels, 0, &token).status.code() == Code::kCancelled);
  CHECK(token.progress() == 0);
  LayerSpec dense = Plain(LayerKind::kDense, 2);
  std::shared_ptr<Model> model;
  CHECK(Build({dense}, 1, {{1, 2}, {3, 4}}, *AvailableKernels().back(), &model).ok());
  CHECK(RunModel(*model, Args({1, 1}, {1}), &token).status.code() == Code::kCancelled);
}

TEST(a_run_is_cancelled_from_another_thread) {
  Random random(49);
  RecurrentCase c;
  c.spec.cell = Cell::kLstm;
  c.spec.units = 16;
  // Far more steps than are taken before the other thread has looked.
  c.timesteps = 2000000;
  test::Fill(&c, &random);
  const int64_t before = LiveBytes();
  CancelToken token;
  std::atomic<bool> over{false};
  std::thread canceller([&] {
    while (token.progress() < 10 && !over) std::this_thread::yield();
    token.Cancel();
  });
  const Ran ran = c.Run(*AvailableKernels().back(), 0, &token);
  over = true;
  canceller.join();
  CHECK(ran.status.code() == Code::kCancelled);
  CHECK(token.progress() >= 10 && token.progress() < c.timesteps);
  CHECK(LiveBytes() == before);
}

TEST(a_whole_run_reports_every_step) {
  Random random(50);
  for (int64_t i = 0; i < test::Cases(5); ++i) {
    const RecurrentCase c = test::RandomCase(&random);
    CancelToken token;
    const Ran ran = c.Run(*AvailableKernels().back(), 0, &token);
    CHECK(ran.status.ok() && token.progress() == ran.plan.steps);
  }
}

TEST(rows_that_threads_share_fit_the_plan_and_have_the_same_bits) {
  Random random(53);
  for (const Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
    // Slices of 15 to 16, 31 to 32, 32 to 33 rows and of 64 to 65: fewer rows are projected for more steps at once.
    for (const int64_t batch : {31, 47, 65, 97, 129, 193, 257}) {
      RecurrentCase c;
      c.spec.cell = cell;
      c.spec.units = 64;
      // Without a sequence there is no other memory that a plan too small could take.
      c.spec.return_sequences = false;
      c.batch = batch;
      c.timesteps = 9;
      c.features = 3;
      test::Fill(&c, &random);
      const Kernels& kernels = *AvailableKernels().back();
      const Ran alone = c.Run(kernels, 0);
      for (int64_t threads = 2; threads < 9; ++threads) {
        Pool pool;
        const Ran ran = c.Run(kernels, 0, nullptr, &pool, threads);
        test::Context() = std::to_string(threads) + " threads: " + c.Text();
        CHECK(ran.status.ok());
        for (size_t i = 0; ran.status.ok() && i < alone.outputs.size(); ++i) CHECK(ran.outputs[i] == alone.outputs[i]);
      }
    }
  }
}

TEST(a_stack_of_cells_is_its_layers_one_after_the_other) {
  Random random(51);
  for (int64_t i = 0; i < test::Cases(20); ++i) {
    Layers layers;
    LayerSpec stack;
    stack.kind = LayerKind::kStack;
    std::vector<int64_t> features{random.Between(1, 6)};
    for (int64_t cells = random.Between(1, 4), k = 0; k < cells; ++k) {
      LayerSpec layer = Recurrent(static_cast<Cell>(random.Between(0, 2)), random.Between(1, 20), k + 1 < cells || random.Coin());
      layer.directions[0].reset_after = random.Coin();
      layer.directions[0].use_bias = random.Coin();
      features.push_back(layer.directions[0].units);
      stack.directions.push_back(layer.directions[0]);
      layers.push_back(layer);
    }
    const int64_t batch = random.Between(1, 5), time = random.Between(1, 9);
    const Floats x = random.Floats(batch * time * features[0], 1);
    const Weights weights = RandomWeights(layers, features, &random);
    std::vector<uint8_t> mask;
    for (int64_t k = 0; k < batch * time; ++k) mask.push_back(random.Coin() ? 1 : 0);
    RunArgs args = Args({batch, time, features[0]}, x);
    if (random.Coin()) args.mask = mask.data();
    const Ran one = RunLayers({stack}, features[0], weights, args), apart = RunLayers(layers, features[0], weights, args);
    CHECK(one.status.ok() && apart.status.ok() && one.plan.steps == apart.plan.steps && one.plan.work == apart.plan.work);
    CHECK(one.outputs[0] == apart.outputs[apart.plan.layers.back().output[0]]);
    size_t slot = 0;
    for (const LayerOutputs& layer : apart.plan.layers) {
      for (int64_t state : layer.states) CHECK(one.outputs[one.plan.layers[0].states[slot++]] == apart.outputs[state]);
    }
  }
}

TEST(a_stack_whose_cells_do_not_fit_is_refused) {
  LayerSpec stack;
  stack.kind = LayerKind::kStack;
  CHECK(CheckSpec({stack}).code() == Code::kInvalidArgument);
  stack.directions = {Recurrent(Cell::kGru, 3, false).directions[0], Recurrent(Cell::kGru, 2, false).directions[0]};
  CHECK(CheckSpec({stack}).code() == Code::kInvalidArgument);
  stack.directions[0].return_sequences = true;
  CHECK(CheckSpec({stack}).ok());
  stack.directions[1].go_backwards = true;
  CHECK(CheckSpec({stack}).code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace unroll
