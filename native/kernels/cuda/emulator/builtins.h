// What CUDA gives every kernel without an include, for the emulator: where a thread is, barriers, what the lanes of a warp do together,
// atomics, short names of mathematics.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_BUILTINS_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_BUILTINS_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "native/kernels/cuda/emulator/thread.h"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) alignas(bytes)
// __shared__ is missing: a kernel takes its shared memory from unroll::gpu::Shared, where the emulator can see it.

#define threadIdx (::unroll::emulator::current->index)
#define blockIdx (*::unroll::emulator::current->block_index)
inline constexpr int warpSize = 32;

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

namespace unroll {
namespace emulator {

void SyncBlock(Site site);
void SyncWarp(uint32_t mask, Site site);
void SyncGrid(Site site = Site::Here());
// The others have a turn.
void Spin(Site site);
// Somebody who spins may see something new.
void Change();
void CountRare();
[[noreturn]] void Fault(const char* what, Site site);
void* TakeShared(int index, int64_t bytes, Site site);
// The value that lane `source` gave. Of a lane that is not in the mask or has ended it is NaN.
uint64_t Shuffle(uint32_t mask, uint64_t value, unsigned source, Site site);
uint32_t Ballot(uint32_t mask, bool vote, Site site);

template <class T>
T ShuffleAs(uint32_t mask, T value, unsigned source, Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  return std::bit_cast<T>(static_cast<Bits>(Shuffle(mask, std::bit_cast<Bits>(value), source, site)));
}

// The dynamic shared memory in pieces, each in memory of its own.
class Shared {
 public:
  template <class T>
  T* Take(int64_t n, Site site = Site::Here()) {
    static_assert(alignof(T) <= 16);
    return static_cast<T*>(TakeShared(taken_++, n * static_cast<int64_t>(sizeof(T)), site));
  }

 private:
  int taken_ = 0;
};

inline void Signal(unsigned* p) {
  Change();
  __atomic_fetch_add(p, 1u, __ATOMIC_RELEASE);
}

inline unsigned LoadAcquire(const unsigned* p, Site site = Site::Here()) {
  Spin(site);
  return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

}  // namespace emulator
}  // namespace unroll

inline void __syncthreads(unroll::emulator::Site site = unroll::emulator::Site::Here()) { unroll::emulator::SyncBlock(site); }
inline void __syncwarp(unsigned mask = 0xffffffffu, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  unroll::emulator::SyncWarp(mask, site);
}
// All threads are on one of the operating system's, so nothing is seen out of order.
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __nanosleep(unsigned, unroll::emulator::Site site = unroll::emulator::Site::Here()) { unroll::emulator::Spin(site); }
[[noreturn]] inline void __trap(unroll::emulator::Site site = unroll::emulator::Site::Here()) { unroll::emulator::Fault("__trap", site); }

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  const unsigned lane = unroll::emulator::current->lane, in = static_cast<unsigned>(width) - 1;
  return unroll::emulator::ShuffleAs(mask, value, (lane & ~in) | (static_cast<unsigned>(source) & in), site);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = warpSize, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  const unsigned lane = unroll::emulator::current->lane, source = lane ^ static_cast<unsigned>(bits);
  // Groups before this one can be read, those after it cannot.
  const bool inside = source < (lane & ~(static_cast<unsigned>(width) - 1)) + static_cast<unsigned>(width);
  return unroll::emulator::ShuffleAs(mask, value, inside ? source : lane, site);
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = warpSize, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  const unsigned lane = unroll::emulator::current->lane, at = lane & (static_cast<unsigned>(width) - 1);
  return unroll::emulator::ShuffleAs(mask, value, at >= by ? lane - by : lane, site);
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = warpSize,
                   unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  const unsigned lane = unroll::emulator::current->lane, at = lane & (static_cast<unsigned>(width) - 1);
  return unroll::emulator::ShuffleAs(mask, value, at + by < static_cast<unsigned>(width) ? lane + by : lane, site);
}

inline unsigned __ballot_sync(unsigned mask, int vote, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  return unroll::emulator::Ballot(mask, vote != 0, site);
}
inline int __any_sync(unsigned mask, int vote, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  return unroll::emulator::Ballot(mask, vote != 0, site) != 0;
}
inline int __all_sync(unsigned mask, int vote, unroll::emulator::Site site = unroll::emulator::Site::Here()) {
  return unroll::emulator::Ballot(mask, vote == 0, site) == 0;
}

// As on the device, an atomic orders nothing but itself.
template <class T>
T atomicAdd(T* p, std::type_identity_t<T> value) {
  unroll::emulator::Change();
  if constexpr (std::is_integral_v<T>) {
    return __atomic_fetch_add(p, value, __ATOMIC_RELAXED);
  } else {
    T old, sum;
    __atomic_load(p, &old, __ATOMIC_RELAXED);
    do {
      sum = old + value;
    } while (!__atomic_compare_exchange(p, &old, &sum, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
  }
}

template <class T>
T __ldg(const T* p) {
  return *p;
}
template <class T>
T __ldcg(const T* p) {
  return *p;
}
template <class T>
void __stcg(T* p, T value) {
  *p = value;
}

inline unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }
inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline int __popc(unsigned bits) { return std::popcount(bits); }
inline int __ffs(int bits) { return bits == 0 ? 0 : std::countr_zero(static_cast<unsigned>(bits)) + 1; }
inline int __clz(int bits) { return std::countl_zero(static_cast<unsigned>(bits)); }
inline float __expf(float x) { return std::exp(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }

// CUDA has them outside of std, for mixed integers as well.
template <class A, class B>
constexpr std::common_type_t<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  return static_cast<T>(b) < static_cast<T>(a) ? static_cast<T>(b) : static_cast<T>(a);
}
template <class A, class B>
constexpr std::common_type_t<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(b) : static_cast<T>(a);
}

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_BUILTINS_H_
