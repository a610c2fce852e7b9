// The device cuda of a build without CUDA.
#include "native/kernels/cuda/cuda.h"

namespace unroll {

const CudaProbe& ProbeCuda() {
  static const CudaProbe probe;
  return probe;
}

Status CreateCudaModel(std::vector<LayerSpec>, int64_t, const std::vector<WeightView>&, bool, std::shared_ptr<Program>*) {
  return Status(Code::kDeviceUnavailable, "This build has no GPU kernels.");
}

}  // namespace unroll
