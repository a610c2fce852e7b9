// Sorts CUDA's errors into those of one call and those of the whole device.
#include "native/kernels/cuda/errors.h"

#include <mutex>
#include <string>

namespace unroll {
namespace cuda {
namespace {

std::mutex mutex;
std::string lost;  // why; empty: it is not

// Of this call alone: nothing was started, and the next call may be fine.
bool OfOneCall(cudaError_t error) {
  switch (error) {
    case cudaErrorInvalidValue:
    case cudaErrorInvalidConfiguration:
    case cudaErrorInvalidResourceHandle:
    case cudaErrorLaunchOutOfResources:
    case cudaErrorCooperativeLaunchTooLarge:
    case cudaErrorNotSupported:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status ToStatus(cudaError_t error, const char* what) {
  // Takes it back where it is not one that stays.
  cudaGetLastError();
  const std::string words = std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error);
  if (error == cudaErrorMemoryAllocation) return Status(Code::kOutOfMemory, "The GPU has no memory left for this run.");
  if (error == cudaErrorInsufficientDriver || error == cudaErrorNoDevice) return Status(Code::kDeviceUnavailable, words);
  const std::string where = std::string(what).substr(0, std::string(what).find('('));
  if (OfOneCall(error)) return Status(Code::kInternal, words + " (" + where + ")");
  std::lock_guard<std::mutex> lock(mutex);
  if (lost.empty()) lost = words;
  return Status(Code::kDeviceLost, "The GPU was lost: " + words + " (" + where + ").");
}

Status LostDevice() {
  std::lock_guard<std::mutex> lock(mutex);
  return lost.empty() ? Status::Ok() : Status(Code::kDeviceLost, "The GPU was lost before: " + lost + ".");
}

}  // namespace cuda
}  // namespace unroll
