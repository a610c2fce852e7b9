// Activations that see all units of a row: softmax, log_softmax, sparsemax. A block takes a row.
#ifndef UNROLL_KERNELS_CUDA_ROW_ACTIVATION_H_
#define UNROLL_KERNELS_CUDA_ROW_ACTIVATION_H_

#include "native/kernels/cuda/layout.h"
#include "native/kernels/cuda/math.h"

namespace unroll {
namespace cuda {

enum class Reduction { kSum, kMax };

// NaN wins a maximum, as in VectorActivation of kernels/cpu.
__device__ inline double Join(Reduction reduction, double a, double b) {
  if (reduction == Reduction::kSum) return a + b;
  return a != a || a > b ? a : b;
}

// Of all threads' values, the same for all of them; scratch: [kReductionDoubles], shared. In a fixed order, so that every run has the same
// bits.
__device__ UNROLL_ONE_COPY inline double Reduce(Reduction reduction, double value, double* scratch) {
  for (int distance = 16; distance > 0; distance /= 2) value = Join(reduction, value, __shfl_xor_sync(0xffffffffu, value, distance));
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  if (lane == 0) scratch[warp] = value;
  __syncthreads();
  double all = scratch[0];
  for (int i = 1; i < kWarps; ++i) all = Join(reduction, all, scratch[i]);
  __syncthreads();
  return all;
}

// The τ with sum(max(v − τ, 0)) = 1: those above it are found by leaving out, until none is left out any more (Michelot 1986).
__device__ UNROLL_ONE_COPY inline double SparsemaxThreshold(const float* v, int n, double* scratch) {
  double tau = -INFINITY, kept = -1;
  for (;;) {
    double sum = 0, count = 0;
    for (int i = threadIdx.x; i < n; i += kThreads) {
      const double x = gpu::LoadL2(v + i);
      if (!(x <= tau)) {  // a NaN stays in, and makes everything NaN
        sum += x;
        count += 1;
      }
    }
    sum = Reduce(Reduction::kSum, sum, scratch);
    count = Reduce(Reduction::kSum, count, scratch);
    if (count == kept || sum != sum) return (sum - 1) / count;
    kept = count;
    tau = (sum - 1) / count;
  }
}

// v: [n] of global memory, in place, by all threads of the block; other activations a number at a time.
__device__ UNROLL_ONE_COPY inline void ActivateRow(Activation activation, float* v, int n, double* scratch) {
  if (!SeesWholeVector(activation)) {
    for (int i = threadIdx.x; i < n; i += kThreads) gpu::StoreL2(v + i, Activate(activation, gpu::LoadL2(v + i)));
  } else if (activation == Activation::kSparsemax) {
    const double tau = SparsemaxThreshold(v, n, scratch);
    for (int i = threadIdx.x; i < n; i += kThreads) {
      const double above = gpu::LoadL2(v + i) - tau;
      gpu::StoreL2(v + i, static_cast<float>(above < 0 ? 0 : above));
    }
  } else {
    double max = -INFINITY, sum = 0;
    for (int i = threadIdx.x; i < n; i += kThreads) max = Join(Reduction::kMax, max, static_cast<double>(gpu::LoadL2(v + i)));
    max = Reduce(Reduction::kMax, max, scratch);
    for (int i = threadIdx.x; i < n; i += kThreads) sum += exp(gpu::LoadL2(v + i) - max);
    sum = Reduce(Reduction::kSum, sum, scratch);
    const double logarithm = log(sum);
    for (int i = threadIdx.x; i < n; i += kThreads) {
      const double x = gpu::LoadL2(v + i) - max;
      gpu::StoreL2(v + i, static_cast<float>(activation == Activation::kSoftmax ? exp(x) / sum : x - logarithm));
    }
  }
  // The next row activation, or whoever reads this one, comes after all of it.
  __syncthreads();
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_ROW_ACTIVATION_H_
