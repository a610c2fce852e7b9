// Products of float32 by tensor cores: each number as the sum of two that these take as they are (3×TF32).
//
// The tensor cores keep 10 bits of a number's 23. With x = big + small, x·y is small·big + big·small + big·big to about 2^-21, which is
// what float32 itself is off after a few sums. big is cut, not rounded: it can then not become infinite, and x − big is exact. An operand
// that is not finite makes NaN of the other's small part, infinity times zero: see Exact in the kernels, which computes such sums anew.
#ifndef UNROLL_KERNELS_CUDA_SPLIT_H_
#define UNROLL_KERNELS_CUDA_SPLIT_H_

#include "native/kernels/cuda/gpu.h"

namespace unroll {
namespace cuda {

__device__ inline uint32_t BitsOf(float x) {
#ifdef UNROLL_CUDA_EMULATOR
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
#else
  return __float_as_uint(x);
#endif
}

__device__ inline float FloatOf(uint32_t bits) {
#ifdef UNROLL_CUDA_EMULATOR
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
#else
  return __uint_as_float(bits);
#endif
}

// N numbers of a fragment.
template <int N>
struct Split {
  uint32_t big[N], small[N];

  __device__ inline void Take(int k, float x) {
    big[k] = BitsOf(x) & 0xffffe000u;
    small[k] = BitsOf(x - FloatOf(big[k]));
  }
  // As it is without the small part: rounded, which may be infinite for numbers near the largest.
  __device__ inline void Round(int k, float x) { big[k] = gpu::ToTf32(x); }
};

// Where a lane's four numbers of a 16 × 8 result stand: rows Row() and Row() + 8, columns Column() and Column() + 1; d in this order.
struct Lane {
  int row, column;
  __device__ inline Lane() : row(static_cast<int>(threadIdx.x % 32) / 4), column(static_cast<int>(threadIdx.x % 4) * 2) {}
  // Of a fragment of 8 columns of depth, the first that this lane holds; the other is 4 behind it.
  __device__ inline int depth() const { return column / 2; }
};

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_SPLIT_H_
