// A program with its weights on the GPU.
#ifndef UNROLL_KERNELS_CUDA_CUDA_MODEL_H_
#define UNROLL_KERNELS_CUDA_CUDA_MODEL_H_

#include <memory>
#include <mutex>
#include <vector>

#include "native/core/program.h"
#include "native/kernels/cuda/kernels.h"
#include "native/kernels/cuda/layout.h"
#include "native/kernels/cuda/memory.h"

namespace unroll {
namespace cuda {

struct DeviceCell {
  int64_t features = 0;
  const float* kernel = nullptr;          // [D, G·H]
  const float* bias = nullptr;            // [G·H], or null
  const float* recurrent = nullptr;       // [G·H, Depth(H)]: turned, zeros beyond H
  const float* recurrent_bias = nullptr;  // [3·H] of a GRU with reset_after, or null
};

struct DeviceLayer {
  std::vector<DeviceCell> directions;
  const float* kernel = nullptr;  // Dense, [D, units]
  const float* bias = nullptr;    // Dense, [units], or null
  const float* table = nullptr;   // Embedding, [vocabulary, units]
};

// What a run needs beside the weights; kept from one to the next, because to allocate takes longer than a small run.
struct Workspace {
  std::mutex mutex;
  DeviceMemory memory;
  Transfer transfer;
  bool open = false;
};

class CudaModel : public Program {
 public:
  static Status Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, bool tf32,
                       std::shared_ptr<Program>* model);

  // One at a time.
  Status Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const override;
  bool UsesThreads(const Plan&) const override { return false; }

  const std::vector<LayerSpec>& layers() const { return layers_; }
  const DeviceLayer& device_layer(size_t index) const { return device_[index]; }
  const GpuLimits& limits() const { return limits_; }
  // Of input projections and Dense layers. A recurrence is never less than float32: what a step is off, all later ones take on.
  Precision precision() const {
    if (!limits_.tensor_cores) return Precision::kFloat32;
    return tf32_ ? Precision::kTf32 : Precision::kSplit;
  }

 private:
  explicit CudaModel(bool tf32) : Program(1), tf32_(tf32), workspace_(std::make_unique<Workspace>()) {}
  Status Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights);

  const bool tf32_;
  GpuLimits limits_;
  DeviceMemory weights_;
  std::vector<DeviceLayer> device_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_CUDA_MODEL_H_
