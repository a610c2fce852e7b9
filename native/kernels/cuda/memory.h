// Memory of the GPU, and the way to it and back.
#ifndef UNROLL_KERNELS_CUDA_MEMORY_H_
#define UNROLL_KERNELS_CUDA_MEMORY_H_

#include <cstdint>

#include "native/core/cancel.h"
#include "native/core/status.h"
#include "native/kernels/cuda/runtime.h"

namespace unroll {
namespace cuda {

// One allocation, given out in pieces of 256-byte alignment.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  ~DeviceMemory() { Free(); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // At least so many bytes; all pieces that were taken are gone.
  Status Reserve(int64_t bytes);
  void Free();
  int64_t bytes() const { return bytes_; }

  // nullptr where the plan counted too little.
  template <typename T>
  T* Take(int64_t count) {
    return static_cast<T*>(TakeBytes(count * static_cast<int64_t>(sizeof(T))));
  }
  int64_t mark() const { return used_; }
  void Release(int64_t mark) { used_ = mark; }

  // What a piece takes of it.
  static int64_t Rounded(int64_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

 private:
  static constexpr int64_t kAlign = 256;
  void* TakeBytes(int64_t bytes);

  char* base_ = nullptr;
  int64_t bytes_ = 0, used_ = 0;
};

// A stream with two pinned buffers, through which pageable memory goes in pieces: one is copied while the other is on its way.
class Transfer {
 public:
  Transfer() = default;
  ~Transfer() { Close(); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Status Open();
  cudaStream_t stream() const { return stream_; }
  // The caller's memory may change once these return. token: may be null; cancelled between two pieces.
  Status ToDevice(void* to, const void* from, int64_t bytes, const CancelToken* token = nullptr);
  Status ToHost(void* to, const void* from, int64_t bytes, const CancelToken* token = nullptr);
  // Until all that was started is over.
  Status Wait();

 private:
  static constexpr int64_t kPieceBytes = int64_t{4} << 20;
  void Close();

  cudaStream_t stream_ = nullptr;
  void* pinned_[2] = {nullptr, nullptr};
  cudaEvent_t passed_[2] = {nullptr, nullptr};
};

Status Cancelled();

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_MEMORY_H_
