// Packs the weights of a program for the CPU kernels.
#include "native/core/model.h"

#include "native/core/executor.h"
#include "native/core/guard.h"

namespace unroll {
namespace {

int64_t Bytes(const PackedMatrix& matrix) { return 4 * static_cast<int64_t>(matrix.data.size()); }

int64_t Bytes(const LayerWeights& layer) {
  int64_t bytes = Bytes(layer.kernel) + 4 * static_cast<int64_t>(layer.bias.size() + layer.table.size());
  for (const PackedCell& cell : layer.directions) {
    bytes += Bytes(cell.kernel) + Bytes(cell.recurrent) + Bytes(cell.candidate) +
             4 * static_cast<int64_t>(cell.bias.size() + cell.recurrent_bias.size());
  }
  return bytes;
}

}  // namespace

Status Model::Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, const Kernels& kernels,
                     int64_t threads, std::shared_ptr<Model>* model) {
  return Guarded("There is no memory for this model.", [&] {
    std::shared_ptr<Model> made(new Model(kernels, threads));
    Status status = made->Make(std::move(layers), features, weights);
    if (status.ok()) *model = std::move(made);
    return status;
  });
}

Status Model::Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const {
  return Guarded("There is no memory for this run.", [&] {
    Execution execution(*this, args, plan);
    if (Status status = execution.Reserve(); !status.ok()) return status;
    return execution.Run(token, pool);
  });
}

Status Model::Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights) {
  std::vector<LayerView> views;
  if (Status status = Assign(std::move(layers), features, weights, &views); !status.ok()) return status;
  for (size_t i = 0; i < layers_.size(); ++i) weights_.push_back(PackLayer(layers_[i], views[i]));
  for (const LayerWeights& layer : weights_) bytes_ += Bytes(layer);
  AddLiveBytes(bytes_);
  return Status::Ok();
}

Model::~Model() { AddLiveBytes(-bytes_); }

LayerWeights Model::PackLayer(const LayerSpec& layer, const LayerView& view) const {
  auto weight = view.weights.begin();
  LayerWeights packed;
  for (size_t i = 0; i < layer.directions.size(); ++i) {
    const RecurrentSpec& direction = layer.directions[i];
    const float* kernel = *weight++;
    const float* recurrent = *weight++;
    const float* bias = direction.use_bias ? *weight++ : nullptr;
    packed.directions.push_back(PackCell(direction, FeaturesInto(layer, i, view.features), kernel, recurrent, bias, kernels_));
  }
  if (layer.kind == LayerKind::kDense) {
    packed.kernel = Pack(*weight++, view.features, layer.units, kernels_);
    packed.bias.assign(layer.units, 0.0f);
    if (layer.use_bias) packed.bias.assign(*weight, *weight + layer.units);
  }
  if (layer.kind == LayerKind::kEmbedding) packed.table.assign(*weight, *weight + layer.vocabulary * layer.units);
  return packed;
}

}  // namespace unroll
