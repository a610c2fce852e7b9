// The tensor cores' product of TF32 values, for the emulator: by all lanes of a warp, computed once.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_TENSOR_CORE_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_TENSOR_CORE_H_

#include <bit>
#include <cstdint>

#include "native/kernels/cuda/emulator/thread.h"

namespace unroll {
namespace emulator {

// The nearest value with 10 bits of mantissa, halves away from zero; infinities stay, NaN is the one that the hardware makes.
inline uint32_t ToTf32(float value) {
  constexpr uint32_t kNan = 0x7fffffffu, kHalf = 0x1000u, kKept = ~0x1fffu;
  return value != value ? kNan : (std::bit_cast<uint32_t>(value) + kHalf) & kKept;
}

// Fragments as in gpu.h.
void MmaTf32(float d[4], const uint32_t a[4], const uint32_t b[2], Site site = Site::Here());
void Mma3xTf32(float d[4], const uint32_t a_big[4], const uint32_t a_small[4], const uint32_t b_big[2], const uint32_t b_small[2],
               Site site = Site::Here());

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_TENSOR_CORE_H_
