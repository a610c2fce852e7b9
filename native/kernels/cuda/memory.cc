// Allocates on the GPU, and copies by pinned buffers.
#include "native/kernels/cuda/memory.h"

#include <algorithm>
#include <cstring>

#include "native/core/program.h"
#include "native/kernels/cuda/errors.h"

namespace unroll {
namespace cuda {

Status DeviceMemory::Reserve(int64_t bytes) {
  used_ = 0;
  if (bytes <= bytes_) return Status::Ok();
  Free();
  void* base = nullptr;
  UNROLL_CUDA(cudaMalloc(&base, static_cast<size_t>(bytes)));
  base_ = static_cast<char*>(base);
  bytes_ = bytes;
  AddLiveBytes(bytes_);
  return Status::Ok();
}

void DeviceMemory::Free() {
  // Of a lost device nothing can be freed; the process ends soon.
  if (base_ != nullptr) cudaFree(base_);
  AddLiveBytes(-bytes_);
  base_ = nullptr;
  bytes_ = used_ = 0;
}

void* DeviceMemory::TakeBytes(int64_t bytes) {
  const int64_t rounded = Rounded(bytes);
  if (used_ + rounded > bytes_) return nullptr;
  void* piece = base_ + used_;
  used_ += rounded;
  return piece;
}

void Transfer::Close() {
  if (stream_ != nullptr) cudaStreamSynchronize(stream_);
  for (int i = 0; i < 2; ++i) {
    if (passed_[i] != nullptr) cudaEventDestroy(passed_[i]);
    if (pinned_[i] != nullptr) cudaFreeHost(pinned_[i]);
    passed_[i] = nullptr;
    pinned_[i] = nullptr;
  }
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
  stream_ = nullptr;
}

Status Transfer::Open() {
  // What one that failed halfway has left.
  Close();
  UNROLL_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
  for (int i = 0; i < 2; ++i) {
    UNROLL_CUDA(cudaMallocHost(&pinned_[i], kPieceBytes));
    // A waiting thread sleeps: a run may take seconds.
    UNROLL_CUDA(cudaEventCreateWithFlags(&passed_[i], cudaEventBlockingSync | cudaEventDisableTiming));
  }
  return Status::Ok();
}

Status Transfer::ToDevice(void* to, const void* from, int64_t bytes, const CancelToken* token) {
  for (int64_t at = 0, turn = 0; at < bytes; at += kPieceBytes, turn ^= 1) {
    if (token != nullptr && token->cancelled()) return Cancelled();
    const size_t size = static_cast<size_t>(std::min(kPieceBytes, bytes - at));
    // What went by this buffer before has left it.
    UNROLL_CUDA(cudaEventSynchronize(passed_[turn]));
    std::memcpy(pinned_[turn], static_cast<const char*>(from) + at, size);
    UNROLL_CUDA(cudaMemcpyAsync(static_cast<char*>(to) + at, pinned_[turn], size, cudaMemcpyHostToDevice, stream_));
    UNROLL_CUDA(cudaEventRecord(passed_[turn], stream_));
  }
  return Status::Ok();
}

Status Transfer::ToHost(void* to, const void* from, int64_t bytes, const CancelToken* token) {
  const int64_t pieces = (bytes + kPieceBytes - 1) / kPieceBytes;
  const auto size = [bytes](int64_t piece) { return static_cast<size_t>(std::min(kPieceBytes, bytes - piece * kPieceBytes)); };
  for (int64_t piece = 0; piece <= pieces; ++piece) {
    if (token != nullptr && token->cancelled()) return Cancelled();
    if (piece < pieces) {
      const char* source = static_cast<const char*>(from) + piece * kPieceBytes;
      UNROLL_CUDA(cudaEventSynchronize(passed_[piece % 2]));
      UNROLL_CUDA(cudaMemcpyAsync(pinned_[piece % 2], source, size(piece), cudaMemcpyDeviceToHost, stream_));
      UNROLL_CUDA(cudaEventRecord(passed_[piece % 2], stream_));
    }
    if (piece == 0) continue;
    UNROLL_CUDA(cudaEventSynchronize(passed_[(piece - 1) % 2]));
    std::memcpy(static_cast<char*>(to) + (piece - 1) * kPieceBytes, pinned_[(piece - 1) % 2], size(piece - 1));
  }
  return Status::Ok();
}

Status Transfer::Wait() {
  UNROLL_CUDA(cudaEventRecord(passed_[0], stream_));
  UNROLL_CUDA(cudaEventSynchronize(passed_[0]));
  return Status::Ok();
}

Status Cancelled() { return Status(Code::kCancelled, "The run was cancelled."); }

}  // namespace cuda
}  // namespace unroll
