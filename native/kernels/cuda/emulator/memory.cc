// Memory of the emulated device and copies between it and the host's.
#include <cstdlib>
#include <cstring>

#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

// Whether the bytes lie in one piece of the memory.
bool Holds(const Memory& memory, const void* pointer, size_t bytes) {
  const auto at = reinterpret_cast<uintptr_t>(pointer);
  auto after = memory.upper_bound(at);
  if (after == memory.begin()) return false;
  const auto& [start, size] = *--after;
  return at - start <= size && bytes <= size - (at - start);
}

bool Touches(const Memory& memory, const void* pointer) { return Holds(memory, pointer, 1); }

// From malloc, so that AddressSanitizer guards its ends; all bits set are NaN.
void* Filled(size_t bytes) {
  constexpr size_t kAlignment = 256;
  void* pointer = nullptr;
  if (posix_memalign(&pointer, kAlignment, bytes) != 0) return nullptr;
  std::memset(pointer, 0xff, bytes);
  return pointer;
}

// Takes the bytes out of the book; 0 where there is no such piece.
bool Forget(Memory* memory, void* pointer, int64_t Counts::*alive) {
  const std::lock_guard lock(state().mutex);
  const auto entry = memory->find(reinterpret_cast<uintptr_t>(pointer));
  if (entry == memory->end()) return false;
  state().counts.*alive -= static_cast<int64_t>(entry->second);
  memory->erase(entry);
  return true;
}

cudaError_t Allocate(void** pointer, size_t bytes) {
  *pointer = nullptr;
  if (Strikes(&Counts::mallocs, device().failed_malloc)) return cudaErrorMemoryAllocation;
  if (bytes == 0) return cudaSuccess;
  State& all = state();
  const std::lock_guard lock(all.mutex);
  if (bytes > static_cast<size_t>(device().memory - all.counts.device_bytes)) return cudaErrorMemoryAllocation;
  *pointer = Filled(bytes);
  if (*pointer == nullptr) return cudaErrorMemoryAllocation;
  all.device_memory[reinterpret_cast<uintptr_t>(*pointer)] = bytes;
  all.counts.device_bytes += static_cast<int64_t>(bytes);
  return cudaSuccess;
}

cudaError_t AllocateHost(void** pointer, size_t bytes) {
  *pointer = nullptr;
  if (Strikes(&Counts::host_mallocs, device().failed_host_malloc)) return cudaErrorMemoryAllocation;
  if (bytes == 0) return cudaSuccess;
  *pointer = Filled(bytes);
  if (*pointer == nullptr) return cudaErrorMemoryAllocation;
  State& all = state();
  const std::lock_guard lock(all.mutex);
  all.host_memory[reinterpret_cast<uintptr_t>(*pointer)] = bytes;
  all.counts.host_bytes += static_cast<int64_t>(bytes);
  return cudaSuccess;
}

// The memory goes also when the device is lost, as it would with the process.
cudaError_t Free(Memory* memory, void* pointer, int64_t Counts::*alive) {
  if (pointer == nullptr) return Note(Usable());
  FinishAll();
  if (!Forget(memory, pointer, alive)) return Note(cudaErrorInvalidValue);
  std::free(pointer);
  return Note(Usable());
}

struct Copy {
  char* to;
  size_t to_pitch;
  const char* from;
  size_t from_pitch, width, height;

  size_t to_bytes() const { return (height - 1) * to_pitch + width; }
  size_t from_bytes() const { return (height - 1) * from_pitch + width; }
};

struct Sides {
  bool to_device, from_device;
  bool pageable;  // one of the host's that the device cannot reach by itself
};

// Stricter than a real device, which finds some of these mistakes only now and then.
cudaError_t Check(const Copy& copy, cudaMemcpyKind kind, Sides* sides) {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  *sides = {Touches(all.device_memory, copy.to), Touches(all.device_memory, copy.from), false};
  constexpr int kToDevice = 1, kFromDevice = 2;
  const int wanted = kind == cudaMemcpyHostToDevice     ? kToDevice
                     : kind == cudaMemcpyDeviceToHost   ? kFromDevice
                     : kind == cudaMemcpyDeviceToDevice ? kToDevice | kFromDevice
                                                        : 0;
  const int found = (sides->to_device ? kToDevice : 0) | (sides->from_device ? kFromDevice : 0);
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return cudaErrorInvalidMemcpyDirection;
  if (kind != cudaMemcpyDefault && wanted != found) return cudaErrorInvalidValue;
  if (sides->to_device && !Holds(all.device_memory, copy.to, copy.to_bytes())) return cudaErrorInvalidValue;
  if (sides->from_device && !Holds(all.device_memory, copy.from, copy.from_bytes())) return cudaErrorInvalidValue;
  const auto pageable = [&](bool device, const char* pointer) { return !device && !Touches(all.host_memory, pointer); };
  sides->pageable = pageable(sides->to_device, copy.to) || pageable(sides->from_device, copy.from);
  return cudaSuccess;
}

cudaError_t CopyNow(const Copy& copy) {
  if (Strikes(&Counts::copies, device().lost_copy)) return cudaErrorLaunchFailure;
  for (size_t row = 0; row < copy.height; ++row) std::memcpy(copy.to + row * copy.to_pitch, copy.from + row * copy.from_pitch, copy.width);
  return cudaSuccess;
}

cudaError_t EnqueueCopy(const Copy& copy, cudaMemcpyKind kind, cudaStream_t stream) {
  if (copy.width == 0 || copy.height == 0) return cudaSuccess;
  if (copy.height > 1 && (copy.width > copy.to_pitch || copy.width > copy.from_pitch)) return cudaErrorInvalidValue;
  Sides sides = {};
  cudaError_t error = Check(copy, kind, &sides);
  if (error != cudaSuccess) return error;
  error = Enqueue(stream, [copy] { return CopyNow(copy); });
  // Only memory of cudaMallocHost is copied behind the caller's back.
  return error == cudaSuccess && sides.pageable ? Finish(stream) : error;
}

}  // namespace
}  // namespace emulator
}  // namespace unroll

using unroll::emulator::Call;
using unroll::emulator::Counts;
using unroll::emulator::state;

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  return Call([&] {
    *total = static_cast<size_t>(unroll::emulator::device().memory);
    *free = *total - static_cast<size_t>(unroll::emulator::counts().device_bytes);
    return cudaSuccess;
  });
}

cudaError_t cudaMalloc(void** pointer, size_t bytes) {
  return Call([&] { return unroll::emulator::Allocate(pointer, bytes); });
}

cudaError_t cudaFree(void* pointer) { return unroll::emulator::Free(&state().device_memory, pointer, &Counts::device_bytes); }

cudaError_t cudaMallocHost(void** pointer, size_t bytes, unsigned) {
  return Call([&] { return unroll::emulator::AllocateHost(pointer, bytes); });
}

cudaError_t cudaFreeHost(void* pointer) { return unroll::emulator::Free(&state().host_memory, pointer, &Counts::host_bytes); }

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  const cudaError_t error = cudaMemcpyAsync(to, from, bytes, kind, nullptr);
  return error != cudaSuccess ? error : cudaStreamSynchronize(nullptr);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return cudaMemcpy2DAsync(to, bytes, from, bytes, bytes, 1, kind, stream);
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream) {
  return Call([&] {
    return unroll::emulator::EnqueueCopy({static_cast<char*>(to), to_pitch, static_cast<const char*>(from), from_pitch, width, height},
                                         kind, stream);
  });
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  return Call([&] {
    if (bytes == 0) return cudaSuccess;
    {
      const std::lock_guard lock(state().mutex);
      if (!unroll::emulator::Holds(state().device_memory, to, bytes)) return cudaErrorInvalidValue;
    }
    return unroll::emulator::Enqueue(stream, [=] {
      std::memset(to, value, bytes);
      return cudaSuccess;
    });
  });
}

cudaError_t cudaDeviceReset() {
  return Call([] {
    const cudaError_t error = unroll::emulator::FinishAll();
    if (error != cudaSuccess) return error;
    const std::lock_guard lock(state().mutex);
    for (auto* memory : {&state().device_memory, &state().host_memory}) {
      for (const auto& [start, bytes] : *memory) std::free(reinterpret_cast<void*>(start));
      memory->clear();
    }
    state().counts.device_bytes = state().counts.host_bytes = 0;
    state().shared_limits.clear();
    return cudaSuccess;
  });
}
