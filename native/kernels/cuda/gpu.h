// What a kernel may use beside plain C++: one face for nvcc and for the emulator, which runs the same source on the CPU.
//
// The parts that differ are the instructions that C++ has no word for. Everything else (threadIdx, __syncthreads, __shfl_xor_sync, the
// runtime's functions) has CUDA's names in both.
#ifndef UNROLL_KERNELS_CUDA_GPU_H_
#define UNROLL_KERNELS_CUDA_GPU_H_

#include <cstddef>
#include <cstdint>

#ifdef UNROLL_CUDA_EMULATOR
#include "native/kernels/cuda/emulator/builtins.h"
#include "native/kernels/cuda/emulator/copies.h"
#include "native/kernels/cuda/emulator/runtime.h"
#include "native/kernels/cuda/emulator/tensor_core.h"
#else
#include <cooperative_groups.h>
#include <cuda_runtime.h>
#endif

namespace unroll {
namespace gpu {

struct LaunchShape {
  dim3 grid, block;
  size_t shared_bytes = 0;  // dynamic, a block
  cudaStream_t stream = nullptr;
  bool cooperative = false;  // all blocks are resident at once, or the launch is refused
};

// What a kernel may take without asking for more.
inline constexpr size_t kUsualSharedBytes = 48 * 1024;

template <class... P, class... A>
cudaError_t Launch(void (*kernel)(P...), const LaunchShape& shape, A... args) {
  if (shape.shared_bytes > kUsualSharedBytes) {
    const cudaError_t error =
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shape.shared_bytes));
    if (error != cudaSuccess) return error;
  }
  cudaLaunchAttribute cooperative = {};
  cooperative.id = cudaLaunchAttributeCooperative;
  cooperative.val.cooperative = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = shape.stream;
  config.attrs = &cooperative;
  config.numAttrs = shape.cooperative ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, static_cast<P>(args)...);
}

#ifdef UNROLL_CUDA_EMULATOR

using emulator::CommitCopies;
using emulator::CopyAsync16;
using emulator::CopyAsync4;
using emulator::CountRare;
using emulator::LoadAcquire;
using emulator::Mma3xTf32;
using emulator::MmaTf32;
using emulator::Shared;
using emulator::Signal;
using emulator::SyncGrid;
using emulator::ToTf32;
using emulator::WaitCopies;

// Plain accesses, for a race check to see.
inline float LoadL2(const float* p) { return *p; }
inline void StoreL2(float* p, float value) {
  emulator::Change();
  *p = value;
}
inline float LoadOnce(const float* p) { return *p; }

#else

// The dynamic shared memory in pieces of 16-byte alignment. Every thread of a block takes the same pieces in the same order.
struct Shared {
  template <class T>
  __device__ T* Take(int64_t n) {
    extern __shared__ __align__(16) unsigned char unroll_shared[];
    T* piece = reinterpret_cast<T*>(unroll_shared + taken_);
    taken_ += (n * static_cast<int64_t>(sizeof(T)) + 15) / 16 * 16;
    return piece;
  }

 private:
  int64_t taken_ = 0;
};

// A barrier of all threads of a cooperative launch.
__device__ inline void SyncGrid() { cooperative_groups::this_grid().sync(); }

// Adds 1, after everything that this thread has written or seen written.
__device__ inline void Signal(unsigned* p) {
  asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(__cvta_generic_to_global(p)) : "memory");
}

// What is read after it is at least as new as what the signals counted in its value were given after.
__device__ inline unsigned LoadAcquire(const unsigned* p) {
  unsigned value;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(__cvta_generic_to_global(p)) : "memory");
  return value;
}

// Past the first cache, which other multiprocessors do not keep current.
__device__ inline float LoadL2(const float* p) { return __ldcg(p); }
__device__ inline void StoreL2(float* p, float value) { __stcg(p, value); }
// For tests to see that a thread goes the way that hardly any input needs.
__device__ inline void CountRare() {}
// Nobody writes there while the kernel runs.
__device__ inline float LoadOnce(const float* p) { return __ldg(p); }

// Copies that go on behind the thread's back, in groups; from compute capability 8.0, before that plain ones.
__device__ inline void CopyAsync4(float* shared, const float* global) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))),
               "l"(__cvta_generic_to_global(global))
               : "memory");
#else
  *shared = *global;
#endif
}

// 16 bytes; both are aligned to 16. Past the first cache in both forms.
__device__ inline void CopyAsync16(float* shared, const float* global) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))),
               "l"(__cvta_generic_to_global(global))
               : "memory");
#else
  *reinterpret_cast<float4*>(shared) = __ldcg(reinterpret_cast<const float4*>(global));
#endif
}

// Ends a group of copies.
__device__ inline void CommitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Until at most the latest kPending groups of this thread are under way. Other threads see the copies after a barrier.
template <int kPending>
__device__ inline void WaitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

// The nearest value with 10 bits of mantissa, halves away from zero; NaN and infinities stay what they are.
__device__ inline uint32_t ToTf32(float value) {
#if __CUDA_ARCH__ >= 800
  uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
#else
  __trap();  // there are no tensor cores for it
  return __float_as_uint(value);
#endif
}

// d (16, 8) += a (16, 8) · b (8, 8), each lane with its fragments; all lanes of a warp together. With g = lane / 4 and t = lane % 4:
//   a: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)   b: (t, g), (t + 4, g)   d: (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1)
__device__ inline void MmaTf32(float d[4], const uint32_t a[4], const uint32_t b[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  __trap();
#endif
}

// The same of float32 values that were split in two: value ≈ big + small. The smallest products come first.
__device__ inline void Mma3xTf32(float d[4], const uint32_t a_big[4], const uint32_t a_small[4], const uint32_t b_big[2],
                                 const uint32_t b_small[2]) {
  MmaTf32(d, a_small, b_big);
  MmaTf32(d, a_big, b_small);
  MmaTf32(d, a_big, b_big);
}

#endif

}  // namespace gpu
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_GPU_H_
