// What the emulated runtime keeps for the whole process: memory, the error that stays, streams and their work.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_STATE_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_STATE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/kernels/cuda/emulator/device.h"
#include "native/kernels/cuda/emulator/runtime.h"

namespace unroll {
namespace emulator {

using Work = std::shared_ptr<const std::function<cudaError_t()>>;

// Memory by its address, for finding what a pointer points into.
using Memory = std::map<uintptr_t, size_t>;

struct State {
  std::mutex mutex;  // of all that follows
  Memory device_memory, host_memory;
  std::map<cudaStream_t, std::shared_ptr<CUstream_st>> streams;  // shared with who just does their work
  std::unordered_map<const void*, int> shared_limits;            // of kernels that asked for more than is usual
  Counts counts;
  std::string fault;

  // The error that every call answers once the device is lost.
  std::atomic<cudaError_t> lost{cudaSuccess};
  // Not under the mutex, which would order the threads of a kernel.
  std::atomic<int64_t> rare{0};
};
State& state();

// The error is also what cudaGetLastError will say.
cudaError_t Note(cudaError_t error);
// Whether there is a device that works.
cudaError_t Usable();

// A call that needs the device.
template <class Body>
cudaError_t Call(const Body& body) {
  const cudaError_t error = Usable();
  return Note(error != cudaSuccess ? error : body());
}

// Whether this is the one of the device's planned faults; counts it.
bool Strikes(int64_t Counts::*count, int64_t planned);

// Into the stream's queue.
cudaError_t Enqueue(cudaStream_t stream, std::function<cudaError_t()> work);
// All of a stream's work, of all streams.
cudaError_t Finish(cudaStream_t stream);
cudaError_t FinishAll();

// Blocks of a kernel that an SM has room for.
int Occupancy(const Device& device, const void* kernel, int64_t threads, int64_t shared_bytes);

}  // namespace emulator
}  // namespace unroll

struct CUstream_st {
  std::mutex running;  // held while a piece of its work is done
  std::mutex mutex;    // of all that follows
  std::deque<unroll::emulator::Work> queue;
};

// Lives as long as somebody is to record it.
struct EventTimes {
  std::atomic<int64_t> records{0}, done{0};
  std::atomic<double> milliseconds{0};
};

struct CUevent_st {
  std::shared_ptr<EventTimes> times = std::make_shared<EventTimes>();
  cudaStream_t stream = nullptr;
  bool timed = true;
};

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_STATE_H_
