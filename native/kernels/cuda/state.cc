// Names of the states of the device cuda, in every build.
#include "native/kernels/cuda/cuda.h"

namespace unroll {

const char* CudaStateName(CudaState state) {
  switch (state) {
    case CudaState::kOff:
      return "off";
    case CudaState::kNoDriver:
      return "no-driver";
    case CudaState::kOldDriver:
      return "old-driver";
    case CudaState::kNoDevice:
      return "no-device";
    case CudaState::kNoImage:
      return "no-image";
    case CudaState::kFailed:
      return "failed";
    case CudaState::kReady:
      return "ready";
  }
  return "failed";
}

}  // namespace unroll
