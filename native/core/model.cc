// Checks and packs the weights of a program.
#include "native/core/model.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <stdexcept>
#include <string>

#include "native/core/executor.h"

namespace unroll {
namespace {

std::atomic<int64_t> live_bytes{0};

int64_t Bytes(const PackedMatrix& matrix) { return 4 * static_cast<int64_t>(matrix.data.size()); }

// Features that leave a layer, given those that come in; 0 where only the data can tell (Reshape).
int64_t FeaturesAfter(const LayerSpec& layer, int64_t features) {
  switch (layer.kind) {
    case LayerKind::kRecurrent:
      return layer.directions[0].units;
    case LayerKind::kStack:
      return layer.directions.back().units;
    case LayerKind::kBidirectional:
      return layer.directions[0].units + (layer.merge == MergeMode::kConcat ? layer.directions[1].units : 0);
    case LayerKind::kDense:
    case LayerKind::kEmbedding:
      return layer.units;
    case LayerKind::kReshape:
      return layer.target.empty() || layer.target.back() == -1 ? 0 : layer.target.back();
    default:
      return features;
  }
}

}  // namespace

int64_t LiveBytes() { return live_bytes.load(); }
void AddLiveBytes(int64_t bytes) { live_bytes.fetch_add(bytes); }

namespace {

// What the standard library throws where memory ends, as a status: nothing is thrown beyond the core.
template <typename Body>
Status Guarded(const char* what, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Status(Code::kOutOfMemory, what);
  } catch (const std::length_error&) {
    return Status(Code::kOutOfMemory, what);
  }
}

}  // namespace

Status Model::Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights,
                     const Kernels& kernels, int64_t threads, std::shared_ptr<Model>* model) {
  return Guarded("There is no memory for this model.", [&] { return Make(std::move(layers), features, weights, kernels, threads, model); });
}

Status Model::MakePlan(const Shape& input, int capture, Plan* plan) const {
  return Guarded("There is no memory for a plan.", [&] { return Planned(input, capture, plan); });
}

Status Model::Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const {
  return Guarded("There is no memory for this run.", [&] {
    Execution execution(*this, args, plan);
    if (Status status = execution.Reserve(); !status.ok()) return status;
    return execution.Run(token, pool);
  });
}

Status Model::Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights,
                   const Kernels& kernels, int64_t threads, std::shared_ptr<Model>* out) {
  if (Status status = CheckSpec(layers); !status.ok()) return status;
  std::shared_ptr<Model> model(new Model(kernels, threads));
  model->features_ = features;
  size_t next = 0;
  int64_t current = features;
  for (const LayerSpec& layer : layers) {
    if (current == 0 && layer.kind != LayerKind::kEmbedding) {
      // Behind a Reshape with an open last axis the kernel says how many features there are.
      const int64_t columns = layer.kind == LayerKind::kDense ? layer.units
                              : layer.directions.empty()      ? 0
                                                              : GateCount(layer.directions[0].cell) * layer.directions[0].units;
      if (columns > 0 && next < weights.size()) current = weights[next].second / columns;
    }
    if (Status status = model->PackLayer(layer, current, weights, &next); !status.ok()) return status;
    for (const RecurrentSpec& direction : layer.directions) {
      for (int64_t s = 0; s < StateCount(direction.cell); ++s) model->state_units_.push_back(direction.units);
    }
    current = FeaturesAfter(layer, current);
  }
  if (next != weights.size()) {
    return Status(Code::kShapeMismatch,
                  "The model has " + std::to_string(next) + " weights; " + std::to_string(weights.size()) + " were given.");
  }
  model->layers_ = std::move(layers);
  for (const LayerWeights& layer : model->weights_) {
    model->bytes_ += Bytes(layer.kernel) + 4 * static_cast<int64_t>(layer.bias.size() + layer.table.size());
    for (const PackedCell& cell : layer.directions) {
      model->bytes_ +=
          Bytes(cell.kernel) + Bytes(cell.recurrent) + Bytes(cell.candidate) + 4 * (cell.bias.size() + cell.recurrent_bias.size());
    }
  }
  AddLiveBytes(model->bytes_);
  *out = std::move(model);
  return Status::Ok();
}

Model::~Model() { AddLiveBytes(-bytes_); }

Status Model::Planned(const Shape& input, int capture, Plan* plan) const {
  Plan made;
  if (Status status = unroll::MakePlan(layers_, features_, input, capture, &made, threads_); !status.ok()) return status;
  // Behind a Reshape with an open axis the number of features follows the data; a kernel would be read past its end.
  for (size_t i = 0; i < layers_.size(); ++i) {
    const int64_t got = made.shapes[i].back();
    if (kernel_rows_[i] == 0 || kernel_rows_[i] == got) continue;
    return Status(Code::kShapeMismatch, "Layer " + std::to_string(i + 1) + " has weights for " + std::to_string(kernel_rows_[i]) +
                                            " features; with this data it gets " + std::to_string(got) + ".");
  }
  *plan = std::move(made);
  return Status::Ok();
}

Status Model::PackLayer(const LayerSpec& layer, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights,
                        size_t* next) {
  const bool dense = layer.kind == LayerKind::kDense;
  int64_t widest = dense ? layer.units : 0, product = 0;
  for (const RecurrentSpec& direction : layer.directions) widest = std::max(widest, GateCount(direction.cell) * direction.units);
  if (!CheckedProduct({features, widest}, &product)) {
    return Status(Code::kTooLarge, "A kernel of " + std::to_string(features) + " by " + std::to_string(widest) +
                                       " numbers is too large; the limit is 2^50.");
  }
  kernel_rows_.push_back(widest > 0 ? features : 0);
  const std::vector<int64_t> sizes = WeightSizes(layer, features);
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t at = *next + i;
    const int64_t got = at < weights.size() ? weights[at].second : -1;
    if (got != sizes[i]) {
      const std::string given = got < 0 ? "it is missing" : std::to_string(got) + " were given";
      return Status(Code::kShapeMismatch,
                    "Weight " + std::to_string(at) + " has to have " + std::to_string(sizes[i]) + " numbers; " + given + ".");
    }
  }
  const int64_t width = kernels_.panel_width;
  auto take = [&]() { return weights[(*next)++].first; };
  LayerWeights packed;
  for (size_t i = 0; i < layer.directions.size(); ++i) {
    const RecurrentSpec& direction = layer.directions[i];
    const float* kernel = take();
    const float* recurrent = take();
    const float* bias = direction.use_bias ? take() : nullptr;
    packed.directions.push_back(PackCell(direction, FeaturesInto(layer, i, features), kernel, recurrent, bias, kernels_.lanes));
  }
  if (dense) {
    packed.kernel = Pack(take(), features, layer.units, width);
    packed.bias.assign(layer.units, 0.0f);
    if (layer.use_bias) {
      const float* bias = take();
      packed.bias.assign(bias, bias + layer.units);
    }
  }
  if (layer.kind == LayerKind::kEmbedding) {
    const float* table = take();
    packed.table.assign(table, table + layer.vocabulary * layer.units);
  }
  weights_.push_back(std::move(packed));
  return Status::Ok();
}

}  // namespace unroll
