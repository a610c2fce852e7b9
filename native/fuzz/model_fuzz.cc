// Any program with any shape: it is refused with a code, or planned; what is planned and tiny runs on every target, writes each of its
// outputs to the last number and nothing beside them, twice the same.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "native/core/model.h"
#include "native/core/pool.h"
#include "native/fuzz/input.h"

namespace unroll {
namespace fuzz {
namespace {

// What is planned to take more is not run.
constexpr int64_t kTinyBytes = 1 << 20, kTinyWork = 1 << 18, kTinyWeights = 1 << 14;

void Require(bool good) {
  if (!good) std::abort();
}

Activation AnyActivation(Input* in) { return kActivationNames[in->Below(std::size(kActivationNames))].activation; }

RecurrentSpec AnyRecurrent(Input* in) {
  RecurrentSpec spec;
  spec.cell = static_cast<Cell>(in->Below(3));
  spec.units = in->Size(40);
  if (in->Coin()) {
    spec.activation = AnyActivation(in);
    spec.recurrent_activation = AnyActivation(in);
  }
  const uint8_t flags = in->Byte();
  spec.use_bias = flags & 1;
  spec.return_sequences = flags & 2;
  spec.go_backwards = flags & 4;
  spec.zero_output_for_mask = flags & 8;
  spec.reset_after = flags & 16;
  return spec;
}

LayerSpec AnyLayer(Input* in) {
  LayerSpec layer;
  layer.kind = static_cast<LayerKind>(in->Below(static_cast<int64_t>(LayerKind::kReshape) + 1));
  if (layer.kind == LayerKind::kRecurrent || layer.kind == LayerKind::kBidirectional) {
    layer.directions.push_back(AnyRecurrent(in));
    if (layer.kind == LayerKind::kBidirectional) {
      layer.merge = static_cast<MergeMode>(in->Below(5));
      RecurrentSpec second = in->Coin() ? layer.directions[0] : AnyRecurrent(in);
      second.go_backwards = !layer.directions[0].go_backwards;
      layer.directions.push_back(second);
    }
    return layer;
  }
  if (layer.kind == LayerKind::kStack) {
    for (int64_t i = in->Below(4); i >= 0; --i) {
      layer.directions.push_back(AnyRecurrent(in));
      // Mostly as it has to be.
      if (in->Below(8) == 0) continue;
      layer.directions.back().return_sequences |= i > 0;
      layer.directions.back().go_backwards &= layer.directions.size() == 1;
    }
    return layer;
  }
  layer.units = in->Size(20);
  layer.activation = AnyActivation(in);
  layer.use_bias = in->Coin();
  layer.vocabulary = in->Size(10);
  layer.mask_zero = in->Coin();
  layer.mask_value = in->Float();
  layer.times = in->Size(6);
  for (int64_t i = in->Below(4); i > 0; --i) layer.target.push_back(in->Coin() ? -1 : in->Size(8));
  return layer;
}

std::vector<float> Floats(Input* in, int64_t count) {
  std::vector<float> out(count);
  // A few of the fuzzer's own, over and over: else most inputs would be used up by the weights.
  float own[7];
  for (float& x : own) x = in->Float();
  for (int64_t i = 0; i < count; ++i) out[i] = own[i % 7] * (i % 3 == 0 ? 1.0f : 0.25f);
  return out;
}

void Run(const Model& model, const std::vector<LayerSpec>& layers, const Shape& shape, int capture, const Plan& plan, Input in,
         Pool* pool) {
  int64_t size = 1;
  for (int64_t d : shape) size *= d;
  const std::vector<float> x = Floats(&in, size);
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < size && model.reads_ids(); ++i) ids.push_back(static_cast<int32_t>(in.Below(12)) - 1);
  std::vector<uint8_t> mask;
  if (shape.size() >= 2 && in.Coin()) {
    for (int64_t i = 0; i < shape[0] * shape[1]; ++i) mask.push_back(in.Coin() ? 1 : 0);
  }
  std::vector<std::vector<float>> states;
  RunArgs args;
  args.shape = shape;
  args.capture = capture;
  args.x = model.reads_ids() ? nullptr : x.data();
  args.ids = model.reads_ids() ? ids.data() : nullptr;
  args.mask = mask.empty() || layers[0].directions.empty() ? nullptr : mask.data();
  if (in.Coin()) {
    for (int64_t units : model.state_units()) states.push_back(Floats(&in, shape[0] * units));
    for (const auto& state : states) args.initial_states.push_back(in.Coin() ? state.data() : nullptr);
  }
  std::vector<std::vector<float>> first;
  for (int round = 0; round < 2; ++round) {
    // The sanitizer watches what lies beside; what is not written keeps a pattern that no result has.
    std::vector<std::vector<uint32_t>> outputs;
    RunArgs own = args;
    for (int64_t count : plan.outputs) {
      outputs.emplace_back(count, 0xFFFFDEADu);
      own.outputs.push_back(reinterpret_cast<float*>(outputs.back().data()));
    }
    const Status status = model.Run(own, plan, nullptr, round == 0 ? nullptr : pool);
    Require(status.ok() || status.code() == Code::kInvalidArgument);
    if (!status.ok()) return;
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::vector<float> values(outputs[i].size());
      std::memcpy(values.data(), outputs[i].data(), 4 * values.size());
      for (uint32_t bits : outputs[i]) Require(bits != 0xFFFFDEADu);
      if (round == 0) {
        first.push_back(values);
        continue;
      }
      for (size_t k = 0; k < values.size(); ++k) Require(values[k] == first[i][k] || (std::isnan(values[k]) && std::isnan(first[i][k])));
    }
  }
}

}  // namespace

void Model(const uint8_t* data, size_t size) {
  static Pool pool;
  Input in(data, size);
  std::vector<LayerSpec> layers;
  for (int64_t i = 1 + in.Below(4); i > 0; --i) layers.push_back(AnyLayer(&in));
  const int64_t features = in.Size(12);
  Shape shape;
  const int64_t rank = in.Coin() ? 3 : in.Below(6);
  for (int64_t i = 0; i < rank; ++i) shape.push_back(i + 1 == rank && in.Coin() ? features : in.Size(9));
  const int capture = static_cast<int>(in.Below(3));
  Plan plan;
  if (!CheckSpec(layers).ok() || !MakePlan(layers, features, shape, capture, &plan, 2).ok()) return;
  Require(plan.bytes > 0 && plan.arena_floats > 0);
  if (plan.bytes > kTinyBytes || plan.work > kTinyWork) return;
  int64_t weights = 0;
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < layers.size(); ++i) {
    const int64_t own = layers[i].kind == LayerKind::kEmbedding ? 0 : plan.shapes[i].back();
    for (int64_t count : WeightSizes(layers[i], own)) sizes.push_back(count);
  }
  for (int64_t count : sizes) {
    if (count > kTinyWeights || (weights += count) > kTinyWeights) return;
  }
  // Now and then one number too few or too many.
  if (!sizes.empty() && in.Below(20) == 0) sizes[in.Below(sizes.size())] += in.Coin() ? 1 : -1;
  std::vector<std::vector<float>> values;
  std::vector<WeightView> views;
  for (int64_t count : sizes) values.push_back(Floats(&in, count));
  for (const auto& value : values) views.emplace_back(value.data(), static_cast<int64_t>(value.size()));
  const int64_t before = LiveBytes();
  for (const Kernels* kernels : AvailableKernels()) {
    std::shared_ptr<unroll::Model> model;
    if (!unroll::Model::Create(layers, features, views, *kernels, 2, &model).ok()) continue;
    Plan own;
    if (!model->MakePlan(shape, capture, &own).ok()) continue;
    Run(*model, layers, shape, capture, own, in, &pool);
  }
  Require(LiveBytes() == before);
}

}  // namespace fuzz
}  // namespace unroll

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  unroll::fuzz::Model(data, size);
  return 0;
}
