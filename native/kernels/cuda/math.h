// Activations of one number on the GPU, after Keras 3.
#ifndef UNROLL_KERNELS_CUDA_MATH_H_
#define UNROLL_KERNELS_CUDA_MATH_H_

#include "native/kernels/cpu/activation_scalar.h"
#include "native/kernels/cuda/gpu.h"

namespace unroll {
namespace cuda {

// The rare ones in double, by the same formulas as on the CPU. One copy: inlined at each place they would fill the instruction cache.
__device__ __attribute__((noinline)) static float ActivateInDouble(Activation activation, float x) {
  return static_cast<float>(ScalarActivation(activation, x));
}

__device__ inline float Activate(Activation activation, float x) {
  switch (activation) {
    case Activation::kTanh:
      return tanhf(x);
    case Activation::kSigmoid:
      return 1.0f / (1.0f + expf(-x));
    case Activation::kLinear:
      return x;
    case Activation::kRelu:
      return x < 0 ? 0.0f : x;
    default:
      return ActivateInDouble(activation, x);
  }
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_MATH_H_
