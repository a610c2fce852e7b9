// Shapes, counts and limits of plans: at n − 1, n and n + 1, and where a product passes what can be counted.
#include "native/core/plan.h"

#include <limits>
#include <numeric>
#include <vector>

#include "native/core/limits.h"
#include "native/test/check.h"

namespace unroll {
namespace {

using Layers = std::vector<LayerSpec>;

LayerSpec Recurrent(Cell cell, int64_t units, bool sequences) {
  LayerSpec layer;
  RecurrentSpec spec;
  spec.cell = cell;
  spec.units = units;
  spec.return_sequences = sequences;
  layer.directions = {spec};
  return layer;
}

LayerSpec Both(Cell cell, int64_t forward, int64_t backward, bool sequences, MergeMode merge) {
  LayerSpec layer = Recurrent(cell, forward, sequences);
  layer.kind = LayerKind::kBidirectional;
  layer.merge = merge;
  layer.directions.push_back(Recurrent(cell, backward, sequences).directions[0]);
  layer.directions[1].go_backwards = true;
  return layer;
}

// Any of the layers with units of its own; for the others units is not looked at.
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

LayerSpec Reshape(const Shape& target) {
  LayerSpec layer = Plain(LayerKind::kReshape);
  layer.target = target;
  return layer;
}

LayerSpec Embedding(int64_t vocabulary, int64_t units) {
  LayerSpec layer = Plain(LayerKind::kEmbedding, units);
  layer.vocabulary = vocabulary;
  return layer;
}

Code PlanCode(const Layers& layers, const Shape& input, int capture = 0) {
  Plan plan;
  return MakePlan(layers, input.back(), input, capture, &plan).code();
}

TEST(checked_products_up_to_the_limit) {
  int64_t out = -1;
  CHECK(CheckedProduct({}, &out) && out == 1);
  CHECK(CheckedProduct({3, 0, 5}, &out) && out == 0);
  CHECK(CheckedProduct({kMaxElements - 1}, &out) && out == kMaxElements - 1);
  CHECK(CheckedProduct({kMaxElements}, &out) && out == kMaxElements);
  CHECK(CheckedProduct({int64_t{1} << 25, int64_t{1} << 25}, &out) && out == kMaxElements);
  out = 7;
  CHECK(!CheckedProduct({kMaxElements + 1}, &out));
  CHECK(!CheckedProduct({int64_t{1} << 25, (int64_t{1} << 25) + 1}, &out));
  CHECK(!CheckedProduct({3, -1}, &out));
  // Of the two, the second comes out small again once it has run over.
  CHECK(!CheckedProduct({std::numeric_limits<int64_t>::max(), 2}, &out));
  CHECK(!CheckedProduct({int64_t{1} << 40, int64_t{1} << 24, 4}, &out));
  CHECK(out == 7);
}

TEST(sizes_at_their_limits) {
  struct Limit {
    int64_t limit;
    Layers (*layers)(int64_t);
  };
  const Limit limits[] = {
      {kMaxUnits, [](int64_t n) { return Layers{Recurrent(Cell::kGru, n, true)}; }},
      {kMaxUnits, [](int64_t n) { return Layers{Both(Cell::kLstm, 1, n, true, MergeMode::kConcat)}; }},
      {kMaxUnits, [](int64_t n) { return Layers{Plain(LayerKind::kDense, n)}; }},
      {kMaxUnits, [](int64_t n) { return Layers{Embedding(1, n)}; }},
      {kMaxVocabulary, [](int64_t n) { return Layers{Embedding(n, 1)}; }},
      {kMaxTimesteps, [](int64_t n) { return Layers{Repeat(n)}; }},
      {kMaxLayers, [](int64_t n) { return Layers(n, Plain(LayerKind::kDense, 1)); }},
  };
  for (const Limit& limit : limits) {
    test::Context() = "limit " + std::to_string(limit.limit);
    CHECK(CheckSpec(limit.layers(1)).ok());
    CHECK(CheckSpec(limit.layers(limit.limit - 1)).ok());
    CHECK(CheckSpec(limit.layers(limit.limit)).ok());
    CHECK(CheckSpec(limit.layers(limit.limit + 1)).code() == Code::kTooLarge);
    CHECK(!CheckSpec(limit.layers(0)).ok());
  }
}

TEST(data_at_its_limits) {
  const Layers one{Plain(LayerKind::kActivation)};
  auto at = [&](Shape shape, size_t axis, int64_t size) {
    shape[axis] = size;
    return PlanCode(one, shape);
  };
  const int64_t limits[] = {kMaxBatch, kMaxTimesteps, kMaxUnits};
  for (size_t axis = 0; axis < 3; ++axis) {
    CHECK(at({1, 1, 1}, axis, limits[axis] - 1) == Code::kOk);
    CHECK(at({1, 1, 1}, axis, limits[axis]) == Code::kOk);
    CHECK(at({1, 1, 1}, axis, limits[axis] + 1) == Code::kTooLarge);
    CHECK(at({1, 1, 1}, axis, 0) == Code::kShapeMismatch);
    CHECK(at({1, 1, 1}, axis, -1) == Code::kShapeMismatch);
  }
}

TEST(tensors_at_the_limit_of_counting) {
  const int64_t half = int64_t{1} << 17;
  const Layers one{Plain(LayerKind::kActivation)};
  CHECK(PlanCode(one, {half, half, 65536}) == Code::kOk);
  CHECK(PlanCode(one, {half, half - 1, 65536}) == Code::kOk);
  CHECK(PlanCode(one, {half, half + 1, 65536}) == Code::kTooLarge);
  for (Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGru}) {
    CHECK(PlanCode({Recurrent(cell, 65536, true)}, {kMaxBatch, kMaxTimesteps, 65536}) == Code::kTooLarge);
    CHECK(PlanCode({Recurrent(cell, 65536, false)}, {kMaxBatch, kMaxTimesteps, 65536}, 2) == Code::kTooLarge);
  }
  CHECK(PlanCode({Plain(LayerKind::kDense, 65536)}, {kMaxBatch, kMaxTimesteps, 65536}) == Code::kTooLarge);
  CHECK(PlanCode({Embedding(10, 65536)}, {kMaxBatch, kMaxTimesteps}) == Code::kTooLarge);
  CHECK(PlanCode({Repeat(kMaxTimesteps)}, {kMaxBatch, 65536}) == Code::kTooLarge);
  CHECK(PlanCode(one, {kMaxBatch, kMaxTimesteps, 65536, 65536, 65536, 65536, 65536, 65536}) == Code::kTooLarge);
  CHECK(PlanCode({Reshape({kMaxElements, kMaxElements})}, {2, 3}) == Code::kTooLarge);
}

TEST(shapes_through_a_program) {
  const Layers layers{Embedding(100, 8),
                      Recurrent(Cell::kGru, 6, true),
                      Both(Cell::kLstm, 4, 5, true, MergeMode::kConcat),
                      Recurrent(Cell::kSimpleRnn, 12, false),
                      Repeat(7),
                      Plain(LayerKind::kMasking),
                      Plain(LayerKind::kDense, 10),
                      Reshape({-1, 5}),
                      Plain(LayerKind::kActivation)};
  Plan plan;
  CHECK(MakePlan(layers, 0, {2, 3}, 0, &plan).ok());
  const std::vector<Shape> expected{{2, 3},     {2, 3, 8},  {2, 3, 6},  {2, 3, 9},  {2, 12},
                                    {2, 7, 12}, {2, 7, 12}, {2, 7, 10}, {2, 14, 5}, {2, 14, 5}};
  CHECK(plan.shapes == expected);
  // Only states, and the last output.
  CHECK((plan.outputs == std::vector<int64_t>{12, 8, 8, 10, 10, 24, 140}));
  CHECK(plan.layers[8].output == std::vector<int64_t>{6} && plan.layers[1].output == std::vector<int64_t>{-1});
  // B · T of each direction, and the rows of the Dense layer.
  CHECK(plan.steps == 4 * 6 + 2 * 7);
}

TEST(outputs_of_each_capture_level) {
  const Layers layers{Recurrent(Cell::kLstm, 3, true), Recurrent(Cell::kGru, 2, false)};
  Plan plan;
  CHECK(MakePlan(layers, 4, {5, 6, 4}, 0, &plan).ok());
  CHECK((plan.outputs == std::vector<int64_t>{15, 15, 10, 10}));
  CHECK(plan.layers[0].states == (std::vector<int64_t>{0, 1}) && plan.layers[1].output == std::vector<int64_t>{2});
  CHECK(MakePlan(layers, 4, {5, 6, 4}, 1, &plan).ok());
  CHECK((plan.outputs == std::vector<int64_t>{90, 15, 15, 10, 10}));
  CHECK(MakePlan(layers, 4, {5, 6, 4}, 2, &plan).ok());
  CHECK((plan.outputs == std::vector<int64_t>{90, 15, 15, 90, 90, 90, 90, 90, 90, 10, 10, 60, 60, 60, 60}));
  CHECK(plan.layers[0].traces.size() == 6 && plan.layers[1].traces.size() == 4 && plan.layers[1].traces.back() == 14);
}

TEST(both_directions_with_each_merge) {
  Plan plan;
  CHECK(MakePlan({Both(Cell::kGru, 3, 4, true, MergeMode::kNone)}, 2, {5, 6, 2}, 0, &plan).ok());
  CHECK((plan.outputs == std::vector<int64_t>{90, 120, 15, 20}));
  for (MergeMode merge : {MergeMode::kSum, MergeMode::kMul, MergeMode::kAve}) {
    CHECK(CheckSpec({Both(Cell::kGru, 3, 4, true, merge)}).code() == Code::kInvalidArgument);
    CHECK(MakePlan({Both(Cell::kGru, 3, 3, false, merge)}, 2, {5, 6, 2}, 0, &plan).ok());
    CHECK((plan.shapes.back() == Shape{5, 3}));
  }
}

TEST(work_and_bytes) {
  Plan plan;
  CHECK(MakePlan({Recurrent(Cell::kLstm, 3, false), Plain(LayerKind::kDense, 7)}, 4, {5, 6, 4}, 2, &plan).ok());
  // Each step multiplies [D + H] by [D + H, 4 · H]; the Dense once a row.
  CHECK(plan.work == 5 * 6 * (4 + 3) * 12 + 5 * 3 * 7);
  const int64_t floats = std::accumulate(plan.outputs.begin(), plan.outputs.end(), int64_t{0});
  CHECK(floats == 15 + 15 + 15 + 6 * 90 + 35);
  CHECK(plan.bytes == 4 * (plan.arena_floats + floats));
}

TEST(the_arena_does_not_grow_with_the_steps_beyond_what_lies_between_layers) {
  Plan shorter, longer;
  CHECK(MakePlan({Recurrent(Cell::kLstm, 32, false)}, 16, {4, 1000, 16}, 0, &shorter).ok());
  CHECK(MakePlan({Recurrent(Cell::kLstm, 32, false)}, 16, {4, 2000, 16}, 0, &longer).ok());
  // A mask's byte a step, counted generously.
  CHECK(longer.arena_floats - shorter.arena_floats <= 4 * 1000);
}

TEST(weight_sizes_follow_keras) {
  LayerSpec gru = Recurrent(Cell::kGru, 5, true);
  CHECK((WeightSizes(gru, 3) == std::vector<int64_t>{45, 75, 30}));
  gru.directions[0].reset_after = false;
  CHECK((WeightSizes(gru, 3) == std::vector<int64_t>{45, 75, 15}));
  gru.directions[0].use_bias = false;
  CHECK((WeightSizes(gru, 3) == std::vector<int64_t>{45, 75}));
  CHECK((WeightSizes(Both(Cell::kLstm, 2, 3, true, MergeMode::kConcat), 4) == std::vector<int64_t>{32, 16, 8, 48, 36, 12}));
  CHECK((WeightSizes(Plain(LayerKind::kDense, 6), 4) == std::vector<int64_t>{24, 6}));
  CHECK((WeightSizes(Embedding(10, 3), 0) == std::vector<int64_t>{30}));
}

TEST(shapes_that_do_not_fit) {
  const Layers lstm{Recurrent(Cell::kLstm, 3, true)};
  Plan plan;
  CHECK(PlanCode(lstm, {2, 3}) == Code::kShapeMismatch);
  CHECK(PlanCode(lstm, {2, 3, 4, 5}) == Code::kShapeMismatch);
  CHECK(PlanCode(lstm, {2}) == Code::kShapeMismatch);
  CHECK(MakePlan(lstm, 5, {2, 3, 4}, 0, &plan).code() == Code::kShapeMismatch);
  CHECK(PlanCode({Embedding(4, 4)}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Recurrent(Cell::kGru, 3, false), Recurrent(Cell::kGru, 3, false)}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Repeat(3)}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Plain(LayerKind::kDense, 3), Embedding(4, 4)}, {2, 3}) == Code::kShapeMismatch);
  CHECK(PlanCode({Reshape({5, -1})}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Reshape({-1, -1})}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Reshape({5})}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Reshape({0, -1})}, {2, 3, 4}) == Code::kShapeMismatch);
  CHECK(PlanCode({Reshape({2, 6})}, {2, 3, 4}) == Code::kOk);
  // A vector of one number a row has lost its axis of features.
  CHECK(PlanCode({Reshape({}), Plain(LayerKind::kDense, 3)}, {2, 1}) == Code::kShapeMismatch);
}

TEST(a_refused_plan_leaves_the_old_one) {
  Plan plan;
  plan.steps = 42;
  CHECK(!MakePlan({Recurrent(Cell::kLstm, 3, true)}, 4, {2, 3}, 0, &plan).ok());
  CHECK(plan.steps == 42);
}

TEST(projection_takes_at_least_one_step_and_no_more_than_there_are) {
  CHECK(ProjectionSteps(1, 5) == 5);
  CHECK(ProjectionSteps(1, 1000) == 64);
  CHECK(ProjectionSteps(64, 1000) == 1 && ProjectionSteps(65, 1000) == 1 && ProjectionSteps(kMaxBatch, kMaxTimesteps) == 1);
}

}  // namespace
}  // namespace unroll
