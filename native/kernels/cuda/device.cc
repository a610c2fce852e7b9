// Looks for a GPU and says why there is none.
#include "native/kernels/cuda/device.h"

#include <cstdlib>
#include <string>

#include "native/kernels/cuda/cuda.h"
#include "native/kernels/cuda/errors.h"
#include "native/kernels/cuda/kernels.h"

namespace unroll {
namespace {

#ifdef UNROLL_CUDA_EMULATOR
constexpr bool kEmulated = true;
#else
constexpr bool kEmulated = false;
#endif

// 12040 → "12.4"
std::string Version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

CudaState StateOf(cudaError_t error, bool driver) {
  switch (error) {
    case cudaErrorInsufficientDriver:
      return driver ? CudaState::kOldDriver : CudaState::kNoDriver;
    case cudaErrorNoDevice:
      return CudaState::kNoDevice;
    case cudaErrorNoKernelImageForDevice:
      return CudaState::kNoImage;
    default:
      return CudaState::kFailed;
  }
}

// Without a driver the runtime says so at once; only FindImage starts the GPU.
cudaError_t Look(CudaProbe* probe) {
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) return error;
  if (count == 0) return cudaErrorNoDevice;
  cudaDeviceProp properties;
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, 0); error != cudaSuccess) return error;
  probe->name = properties.name;
  probe->capability = std::to_string(properties.major) + "." + std::to_string(properties.minor);
  probe->memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
  return cuda::FindImage();
}

CudaProbe Probed() {
  CudaProbe probe;
  probe.emulated = kEmulated;
  probe.needed = Version(CUDART_VERSION);
  int driver = 0;
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0) probe.driver = Version(driver);
  const cudaError_t error = Look(&probe);
  if (error == cudaSuccess) {
    probe.state = CudaState::kReady;
    return probe;
  }
  probe.state = StateOf(error, driver > 0);
  probe.reason = std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error);
  cudaGetLastError();
  return probe;
}

}  // namespace

const CudaProbe& ProbeCuda() {
  static const CudaProbe probe = Probed();
  return probe;
}

namespace cuda {

Status ReadLimits(GpuLimits* limits) {
  int major = 0;
  UNROLL_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  UNROLL_CUDA(cudaDeviceGetAttribute(&limits->processors, cudaDevAttrMultiProcessorCount, 0));
  UNROLL_CUDA(cudaDeviceGetAttribute(&limits->shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
  limits->tensor_cores = major >= 8;
  // What a multiprocessor of any of the last generations does at the least; the emulator is slower by far.
  const double scale = kEmulated ? 1e-3 : 1;
  limits->products_ms = scale * 3e7 * limits->processors;
  limits->bytes_ms = scale * 1e7 * limits->processors;
  return Status::Ok();
}

Status FreeBytes(int64_t* bytes) {
  size_t free = 0, total = 0;
  UNROLL_CUDA(cudaMemGetInfo(&free, &total));
  *bytes = static_cast<int64_t>(free / 10 * 8);
  return Status::Ok();
}

}  // namespace cuda
}  // namespace unroll
