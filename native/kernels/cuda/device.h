// The GPU that is used: the first one.
#ifndef UNROLL_KERNELS_CUDA_DEVICE_H_
#define UNROLL_KERNELS_CUDA_DEVICE_H_

#include "native/core/status.h"
#include "native/kernels/cuda/layout.h"

namespace unroll {
namespace cuda {

// Of the first GPU. Asked for each model: it takes microseconds, and an answer that was kept could be one to a call that failed.
Status ReadLimits(GpuLimits* limits);

// Bytes that a run may take: 80 % of what is free now.
Status FreeBytes(int64_t* bytes);

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_DEVICE_H_
