// Activations of one number on the GPU, after Keras 3.
#ifndef UNROLL_KERNELS_CUDA_MATH_H_
#define UNROLL_KERNELS_CUDA_MATH_H_

#include "native/kernels/cpu/activation_scalar.h"
#include "native/kernels/cuda/gpu.h"

namespace unroll {
namespace cuda {

// Not inlined, like other long functions of the kernels: at each of its places the code would be there once more, for each of seven
// architectures.
#define UNROLL_ONE_COPY __attribute__((noinline))

// The rare ones in double, by the same formulas as on the CPU.
__device__ UNROLL_ONE_COPY inline float ActivateInDouble(Activation activation, float x) {
  return static_cast<float>(ScalarActivation(activation, x));
}

__device__ UNROLL_ONE_COPY inline float Activate(Activation activation, float x) {
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
