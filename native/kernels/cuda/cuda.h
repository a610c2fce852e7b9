// The device cuda as the rest of the addon sees it: the same two functions whether it was compiled with CUDA, for the emulator, or without.
#ifndef UNROLL_KERNELS_CUDA_CUDA_H_
#define UNROLL_KERNELS_CUDA_CUDA_H_

#include <memory>
#include <string>
#include <vector>

#include "native/core/program.h"

namespace unroll {

// kFailed: CUDA's own words are in `reason`.
enum class CudaState { kOff, kNoDriver, kOldDriver, kNoDevice, kNoImage, kFailed, kReady };

// A name of extension/engine/binding.ts.
const char* CudaStateName(CudaState state);

struct CudaProbe {
  CudaState state = CudaState::kOff;
  std::string name;        // of the GPU, or empty
  std::string driver;      // the CUDA version that the driver can run, "12.4", or empty
  std::string needed;      // the one that this build needs, or empty
  std::string capability;  // compute capability, "8.9", or empty
  int64_t memory_bytes = 0;
  std::string reason;
  bool emulated = false;
};

// Looks once for a GPU; without a driver that takes a fraction of a millisecond.
const CudaProbe& ProbeCuda();

// weights: of each layer in turn, in get_weights() order; copied to the GPU. tf32: input projections and Dense layers may be off by 2^-10
// of a product, where the GPU has tensor cores for that.
Status CreateCudaModel(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, bool tf32,
                       std::shared_ptr<Program>* model);

}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_CUDA_H_
