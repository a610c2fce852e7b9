// Brings the weights of a program to the GPU.
#include "native/kernels/cuda/cuda_model.h"

#include <algorithm>

#include "native/core/guard.h"
#include "native/kernels/cuda/cuda.h"
#include "native/kernels/cuda/cuda_run.h"
#include "native/kernels/cuda/device.h"
#include "native/kernels/cuda/errors.h"
#include "native/kernels/cuda/kernels.h"

namespace unroll {

Status CreateCudaModel(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, bool tf32,
                       std::shared_ptr<Program>* model) {
  return Guarded("There is no memory for this model.",
                 [&] { return cuda::CudaModel::Create(std::move(layers), features, weights, tf32, model); });
}

namespace cuda {
namespace {

// Weights as they will lie on the GPU; a first pass counts, a second one, with the memory, writes.
class Image {
 public:
  explicit Image(float* device) : device_(device) {}

  // count numbers, the k-th given by at(k); returns where they will be.
  template <typename At>
  const float* Add(int64_t count, At at) {
    const float* place = device_ + numbers_;
    if (device_ != nullptr) {
      host_.resize(static_cast<size_t>(numbers_ + count));
      for (int64_t k = 0; k < count; ++k) host_[static_cast<size_t>(numbers_ + k)] = at(k);
    }
    // Each tensor begins at a line of the memory: kernels copy 16 bytes at once.
    numbers_ += DeviceMemory::Rounded(4 * count) / 4;
    return place;
  }
  const float* Add(int64_t count, const float* from) {
    return Add(count, [from](int64_t k) { return from[k]; });
  }
  int64_t bytes() const { return 4 * numbers_; }
  std::vector<float>& host() {
    host_.resize(static_cast<size_t>(numbers_));
    return host_;
  }

 private:
  float* const device_;
  int64_t numbers_ = 0;
  std::vector<float> host_;
};

DeviceCell AddCell(const RecurrentSpec& spec, int64_t features, std::vector<const float*>::const_iterator* weight, Image* image) {
  const int64_t units = spec.units, columns = GateCount(spec.cell) * units, depth = Depth(units);
  DeviceCell cell;
  cell.features = features;
  cell.kernel = image->Add(features * columns, *(*weight)++);
  const float* recurrent = *(*weight)++;
  cell.recurrent = image->Add(columns * depth, [=](int64_t k) {
    const int64_t column = k / depth, row = k % depth;
    return row < units ? recurrent[row * columns + column] : 0.0f;
  });
  if (!spec.use_bias) return cell;
  const float* bias = *(*weight)++;
  cell.bias = image->Add(columns, bias);
  if (spec.cell == Cell::kGru && spec.reset_after) cell.recurrent_bias = image->Add(columns, bias + columns);
  return cell;
}

DeviceLayer AddLayer(const LayerSpec& layer, const LayerView& view, Image* image) {
  auto weight = view.weights.begin();
  DeviceLayer out;
  for (size_t i = 0; i < layer.directions.size(); ++i)
    out.directions.push_back(AddCell(layer.directions[i], FeaturesInto(layer, i, view.features), &weight, image));
  if (layer.kind == LayerKind::kDense) {
    out.kernel = image->Add(view.features * layer.units, *weight++);
    if (layer.use_bias) out.bias = image->Add(layer.units, *weight);
  }
  if (layer.kind == LayerKind::kEmbedding) out.table = image->Add(layer.vocabulary * layer.units, *weight);
  return out;
}

}  // namespace

Status CudaModel::Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, bool tf32,
                         std::shared_ptr<Program>* model) {
  const CudaProbe& probe = ProbeCuda();
  if (probe.state != CudaState::kReady) return Status(Code::kDeviceUnavailable, "The GPU cannot be used: " + probe.reason);
  UNROLL_TRY(LostDevice());
  std::shared_ptr<CudaModel> made(new CudaModel(tf32));
  UNROLL_TRY(made->Make(std::move(layers), features, weights));
  *model = std::move(made);
  return Status::Ok();
}

Status CudaModel::Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights) {
  UNROLL_TRY(ReadLimits(&limits_));
  std::vector<LayerView> views;
  UNROLL_TRY(Assign(std::move(layers), features, weights, &views));
  Image counted(nullptr);
  for (size_t i = 0; i < layers_.size(); ++i) AddLayer(layers_[i], views[i], &counted);
  if (counted.bytes() == 0) {
    device_.resize(layers_.size());
    return Status::Ok();
  }
  UNROLL_TRY(weights_.Reserve(counted.bytes()));
  float* place = weights_.Take<float>(counted.bytes() / 4);
  Image image(place);
  for (size_t i = 0; i < layers_.size(); ++i) device_.push_back(AddLayer(layers_[i], views[i], &image));
  Transfer transfer;
  UNROLL_TRY(transfer.Open());
  UNROLL_TRY(transfer.ToDevice(place, image.host().data(), image.bytes()));
  return transfer.Wait();
}

Status CudaModel::Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool*) const {
  return Guarded("There is no memory for this run.", [&]() -> Status {
    std::lock_guard<std::mutex> lock(workspace_->mutex);
    UNROLL_TRY(LostDevice());
    if (!workspace_->open) UNROLL_TRY(workspace_->transfer.Open());
    workspace_->open = true;
    return CudaRun(*this, args, plan, token, workspace_.get()).Run();
  });
}

}  // namespace cuda
}  // namespace unroll
