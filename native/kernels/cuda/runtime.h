// The CUDA runtime for host code: NVIDIA's, or the emulator's.
#ifndef UNROLL_KERNELS_CUDA_RUNTIME_H_
#define UNROLL_KERNELS_CUDA_RUNTIME_H_

#ifdef UNROLL_CUDA_EMULATOR
#include "native/kernels/cuda/emulator/runtime.h"
#else
#include <cuda_runtime_api.h>
#endif

#endif  // UNROLL_KERNELS_CUDA_RUNTIME_H_
