// CUDA's answers as statuses.
#ifndef UNROLL_KERNELS_CUDA_ERRORS_H_
#define UNROLL_KERNELS_CUDA_ERRORS_H_

#include "native/core/status.h"
#include "native/kernels/cuda/runtime.h"

namespace unroll {
namespace cuda {

// `what` was being done. An error after which CUDA answers nothing else in this process is DEVICE_LOST, and is kept.
Status ToStatus(cudaError_t error, const char* what);

// Ok, or DEVICE_LOST from then on.
Status LostDevice();

}  // namespace cuda
}  // namespace unroll

// Returns from the function where the call fails. Every call of the runtime goes through it, or is one that frees.
#define UNROLL_CUDA(call)                                                                                                           \
  do {                                                                                                                              \
    if (const cudaError_t unroll_error = (call); unroll_error != cudaSuccess) return ::unroll::cuda::ToStatus(unroll_error, #call); \
  } while (false)

#define UNROLL_TRY(expression)                                                                    \
  do {                                                                                            \
    if (::unroll::Status unroll_status = (expression); !unroll_status.ok()) return unroll_status; \
  } while (false)

#endif  // UNROLL_KERNELS_CUDA_ERRORS_H_
