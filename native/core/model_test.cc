// Models: weights that do not fit are refused, data that does not fit is too, and what is held is counted.
#include "native/core/model.h"

#include <string>
#include <thread>
#include <vector>

#include "native/core/limits.h"
#include "native/test/check.h"
#include "native/test/models.h"

namespace unroll {
namespace {

using test::Build;
using test::Floats;
using test::Ran;
using test::Random;
using test::RecurrentCase;
using test::RunModel;
using test::Weights;

const Kernels& Best() { return *AvailableKernels().back(); }

LayerSpec Dense(int64_t units) {
  LayerSpec layer;
  layer.kind = LayerKind::kDense;
  layer.units = units;
  return layer;
}

LayerSpec Reshape(const Shape& target) {
  LayerSpec layer;
  layer.kind = LayerKind::kReshape;
  layer.target = target;
  return layer;
}

Code BuildCode(const std::vector<LayerSpec>& layers, int64_t features, const Weights& weights) {
  std::shared_ptr<Model> model;
  return Build(layers, features, weights, Best(), &model).code();
}

TEST(weights_have_to_be_as_many_and_as_large_as_the_layers_say) {
  CHECK(BuildCode({Dense(2)}, 3, {Floats(6), Floats(2)}) == Code::kOk);
  CHECK(BuildCode({Dense(2)}, 3, {Floats(5), Floats(2)}) == Code::kShapeMismatch);
  CHECK(BuildCode({Dense(2)}, 3, {Floats(7), Floats(2)}) == Code::kShapeMismatch);
  CHECK(BuildCode({Dense(2)}, 3, {Floats(6)}) == Code::kShapeMismatch);
  CHECK(BuildCode({Dense(2)}, 3, {Floats(6), Floats(2), Floats(1)}) == Code::kShapeMismatch);
  CHECK(BuildCode({Dense(2)}, 3, {}) == Code::kShapeMismatch);
  CHECK(BuildCode({}, 3, {}) == Code::kInvalidArgument);
}

TEST(weights_too_many_to_count_are_refused) {
  CHECK(BuildCode({Reshape({kMaxElements}), Dense(kMaxUnits)}, 4, {Floats(6), Floats(2)}) == Code::kTooLarge);
  CHECK(BuildCode({Reshape({int64_t{1} << 62}), Dense(kMaxUnits)}, 4, {Floats(6), Floats(2)}) == Code::kTooLarge);
}

TEST(behind_an_open_reshape_the_data_has_to_fit_the_kernel) {
  // [B, T, 4] becomes [B, 2, T · 2]: only with T = 3 has the Dense its 6 features.
  std::shared_ptr<Model> model;
  CHECK(Build({Reshape({2, -1}), Dense(2)}, 4, {Floats(12, 1.0f), Floats(2)}, Best(), &model).ok());
  for (int64_t time : {1, 2, 3, 4}) {
    const Floats x(time * 4, 1.0f);
    RunArgs args;
    args.shape = {1, time, 4};
    args.x = x.data();
    const Ran ran = RunModel(*model, args);
    CHECK(ran.status.code() == (time == 3 ? Code::kOk : Code::kShapeMismatch));
    if (ran.status.ok()) CHECK_NEAR(ran.outputs[0][0], 6, 0, 0);
  }
}

TEST(live_bytes_return_to_where_they_were) {
  const int64_t before = LiveBytes();
  Random random(61);
  RecurrentCase c = test::RandomCase(&random);
  {
    std::shared_ptr<Model> model;
    CHECK(Build({c.Layer()}, c.features, c.weights, Best(), &model).ok());
    int64_t floats = 0;
    for (const Floats& weight : c.weights) floats += static_cast<int64_t>(weight.size());
    CHECK(LiveBytes() - before >= 4 * floats);
    CHECK(BuildCode({c.Layer()}, c.features, {}) == Code::kShapeMismatch);
  }
  CHECK(LiveBytes() == before);
  CHECK(c.Run(Best()).status.ok());
  CHECK(LiveBytes() == before);
}

TEST(states_are_listed_in_layer_order) {
  LayerSpec both;
  both.kind = LayerKind::kBidirectional;
  both.directions.resize(2);
  both.directions[0].cell = Cell::kLstm;
  both.directions[0].units = 2;
  both.directions[1].cell = Cell::kGru;
  both.directions[1].units = 3;
  Random random(62);
  std::shared_ptr<Model> model;
  CHECK(Build({both}, 4, test::RandomWeights({both}, {4}, &random), Best(), &model).ok());
  CHECK((model->state_units() == std::vector<int64_t>{2, 2, 3}));
  CHECK(!model->reads_ids());
}

TEST(runs_may_share_a_model) {
  Random random(63);
  RecurrentCase c = test::RandomCase(&random);
  c.initial_h.clear();
  c.initial_c.clear();
  std::shared_ptr<Model> model;
  CHECK(Build({c.Layer()}, c.features, c.weights, Best(), &model).ok());
  RunArgs args;
  args.shape = {c.batch, c.timesteps, c.features};
  args.x = c.x.data();
  const Ran alone = RunModel(*model, args);
  std::vector<Ran> runs(4);
  std::vector<std::thread> threads;
  for (Ran& ran : runs) threads.emplace_back([&ran, &model, &args] { ran = RunModel(*model, args); });
  for (std::thread& thread : threads) thread.join();
  for (const Ran& ran : runs) CHECK(ran.status.ok() && ran.outputs == alone.outputs);
}

TEST(memory_that_is_not_there_is_an_answer) {
  std::shared_ptr<Model> model;
  LayerSpec linear;
  linear.kind = LayerKind::kActivation;
  CHECK(Build({linear}, 65536, {}, Best(), &model).ok());
  RunArgs args;
  args.shape = {int64_t{1} << 17, int64_t{1} << 16, 65536};
  Plan plan;
  CHECK(model->MakePlan(args.shape, 0, &plan).ok());
  CHECK(model->Run(args, plan, nullptr, nullptr).code() == Code::kOutOfMemory);
}

}  // namespace
}  // namespace unroll
