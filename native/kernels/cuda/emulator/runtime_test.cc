// Memory, streams and events of the emulated runtime, and what becomes of them when something fails.
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

// A stream that is gone at the end.
struct Stream {
  cudaStream_t stream = nullptr;
  Stream() { CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess); }
  ~Stream() { cudaStreamDestroy(stream); }
  operator cudaStream_t() const { return stream; }
};

// What cudaMallocHost gives: copied behind the caller's back.
struct Pinned {
  float* data = nullptr;
  explicit Pinned(size_t count) { CHECK(cudaMallocHost(&data, 4 * count) == cudaSuccess); }
  ~Pinned() { cudaFreeHost(data); }
};

__global__ void AddOne(float* values) { values[threadIdx.x] += 1; }

cudaError_t LaunchAddOne(float* values, unsigned count, cudaStream_t stream) {
  return gpu::Launch(AddOne, {dim3(1), dim3(count), 0, stream}, values);
}

TEST(everything_that_is_taken_is_counted_and_given_back) {
  const Counts before = counts();
  float *memory = nullptr, *pinned = nullptr;
  cudaEvent_t event;
  CHECK(cudaMalloc(&memory, 100) == cudaSuccess && cudaMallocHost(&pinned, 50) == cudaSuccess);
  CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
  {
    const Stream stream;
    CHECK(counts().device_bytes == before.device_bytes + 100 && counts().host_bytes == before.host_bytes + 50);
    CHECK(counts().streams == before.streams + 1 && counts().events == before.events + 1);
    CHECK(counts().mallocs == before.mallocs + 1 && counts().host_mallocs == before.host_mallocs + 1);
  }
  CHECK(std::isnan(memory[24]) && std::isnan(pinned[11]));
  CHECK(cudaFree(memory) == cudaSuccess && cudaFreeHost(pinned) == cudaSuccess && cudaEventDestroy(event) == cudaSuccess);
  CHECK(counts().device_bytes == before.device_bytes && counts().host_bytes == before.host_bytes);
  CHECK(counts().streams == before.streams && counts().events == before.events);
  CHECK(cudaFree(nullptr) == cudaSuccess && cudaFree(&memory) == cudaErrorInvalidValue);
}

TEST(memory_has_an_end) {
  Reset();
  device().memory = 1000 + counts().device_bytes;
  float *first = nullptr, *second = nullptr;
  size_t free = 0, total = 0;
  CHECK(cudaMalloc(&first, 600) == cudaSuccess);
  CHECK(cudaMemGetInfo(&free, &total) == cudaSuccess && free == 400 && total == 1000);
  CHECK(cudaMalloc(&second, 401) == cudaErrorMemoryAllocation && second == nullptr);
  CHECK(cudaPeekAtLastError() == cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation && cudaGetLastError() == cudaSuccess);
  CHECK(cudaMalloc(&second, 400) == cudaSuccess && cudaFree(second) == cudaSuccess && cudaFree(first) == cudaSuccess);
  Reset();
}

TEST(a_planned_lack_of_memory_comes_once) {
  Reset();
  device().failed_malloc = 2;
  device().failed_host_malloc = 1;
  float* memory[3] = {};
  CHECK(cudaMalloc(&memory[0], 4) == cudaSuccess && cudaMalloc(&memory[1], 4) == cudaErrorMemoryAllocation);
  CHECK(cudaMalloc(&memory[2], 4) == cudaSuccess);
  for (float* one : memory) CHECK(cudaFree(one) == cudaSuccess);
  CHECK(cudaMallocHost(&memory[0], 4) == cudaErrorMemoryAllocation && cudaMallocHost(&memory[0], 4) == cudaSuccess);
  CHECK(cudaFreeHost(memory[0]) == cudaSuccess);
  Reset();
}

TEST(copies_go_where_they_are_told_and_stay_inside) {
  std::vector<float> values(12);
  std::iota(values.begin(), values.end(), 0.0f);
  DeviceArray<float> first(12), second(12);
  const auto copy = [](void* to, const void* from, size_t bytes, cudaMemcpyKind kind) { return cudaMemcpy(to, from, bytes, kind); };
  CHECK(copy(first.data(), values.data(), 48, cudaMemcpyHostToDevice) == cudaSuccess);
  CHECK(copy(second.data(), first.data(), 48, cudaMemcpyDeviceToDevice) == cudaSuccess && second.Values() == values);
  std::vector<float> out(12);
  CHECK(copy(out.data(), second.data(), 48, cudaMemcpyDefault) == cudaSuccess && out == values);
  // The wrong way, and one byte too many.
  CHECK(copy(first.data(), values.data(), 48, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(copy(out.data(), values.data(), 48, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(copy(first.data(), values.data(), 49, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(copy(out.data(), first.data() + 11, 5, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(copy(out.data(), first.data() + 11, 4, cudaMemcpyDeviceToHost) == cudaSuccess && out[0] == 11);
  CHECK(copy(out.data(), first.data() + 12, 0, cudaMemcpyDeviceToHost) == cudaSuccess);
  CHECK(cudaMemsetAsync(first.data(), 0, 49) == cudaErrorInvalidValue && cudaMemsetAsync(first.data() + 2, 0, 8) == cudaSuccess);
  CHECK(first.Values()[1] == 1 && first.Values()[2] == 0 && first.Values()[3] == 0 && first.Values()[4] == 4);
}

TEST(copies_of_rows) {
  DeviceArray<float> matrix(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});  // (3, 4)
  std::vector<float> columns(6);                                                        // (3, 2)
  CHECK(cudaMemcpy2DAsync(columns.data(), 8, matrix.data() + 1, 16, 8, 3, cudaMemcpyDeviceToHost) == cudaSuccess);
  CHECK((columns == std::vector<float>{1, 2, 5, 6, 9, 10}));
  CHECK(cudaMemcpy2DAsync(columns.data(), 8, matrix.data() + 3, 16, 8, 3, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(cudaMemcpy2DAsync(columns.data(), 4, matrix.data(), 16, 8, 3, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  CHECK(cudaMemcpy2DAsync(columns.data(), 8, matrix.data(), 16, 8, 0, cudaMemcpyDeviceToHost) == cudaSuccess);
}

TEST(a_stream_works_when_it_is_waited_for) {
  const Stream stream;
  const Pinned host(2);
  host.data[0] = host.data[1] = 5;
  DeviceArray<float> values(2);
  CHECK(cudaStreamQuery(stream) == cudaSuccess);
  CHECK(cudaMemcpyAsync(values.data(), host.data, 8, cudaMemcpyHostToDevice, stream) == cudaSuccess);
  host.data[1] = 7;  // too early: the copy may not have begun
  CHECK(LaunchAddOne(values.data(), 2, stream) == cudaSuccess);
  CHECK(cudaMemcpyAsync(host.data, values.data(), 8, cudaMemcpyDeviceToHost, stream) == cudaSuccess);
  CHECK(host.data[0] == 5 && std::isnan(values.data()[0]));
  CHECK(cudaStreamQuery(stream) == cudaErrorNotReady && cudaGetLastError() == cudaErrorNotReady);
  CHECK(cudaStreamSynchronize(stream) == cudaSuccess && cudaStreamQuery(stream) == cudaSuccess);
  CHECK(host.data[0] == 6 && host.data[1] == 8);
}

TEST(who_looks_again_and_again_sees_the_end) {
  const Stream stream;
  DeviceArray<float> values(std::vector<float>(4));
  cudaEvent_t event;
  CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess && cudaEventQuery(event) == cudaSuccess);
  for (int i = 0; i < 3; ++i) CHECK(LaunchAddOne(values.data(), 4, stream) == cudaSuccess);
  CHECK(cudaEventRecord(event, stream) == cudaSuccess);
  CHECK(LaunchAddOne(values.data(), 4, stream) == cudaSuccess);
  int looks = 0;
  while (cudaEventQuery(event) == cudaErrorNotReady && ++looks < 100) {
  }
  // What comes after the event has not been done.
  CHECK(looks > 0 && looks < 100 && values.data()[0] == 3);
  while (cudaStreamQuery(stream) == cudaErrorNotReady && ++looks < 100) {
  }
  CHECK(looks < 100 && values.data()[0] == 4);
  CHECK(cudaEventRecord(event, stream) == cudaSuccess && cudaEventQuery(event) == cudaErrorNotReady);
  CHECK(cudaEventSynchronize(event) == cudaSuccess && cudaEventQuery(event) == cudaSuccess && cudaEventDestroy(event) == cudaSuccess);
  cudaGetLastError();
}

TEST(memory_that_the_device_cannot_reach_is_copied_at_once) {
  const Stream stream;
  DeviceArray<float> values(1);
  float host = 3;
  CHECK(cudaMemcpyAsync(values.data(), &host, 4, cudaMemcpyHostToDevice, stream) == cudaSuccess);
  host = 0;
  CHECK(LaunchAddOne(values.data(), 1, stream) == cudaSuccess);
  CHECK(cudaMemcpyAsync(&host, values.data(), 4, cudaMemcpyDeviceToHost, stream) == cudaSuccess && host == 4);
}

TEST(free_and_the_null_stream_wait_for_all_streams) {
  const Stream stream;
  const Pinned host(1);
  float* memory = nullptr;
  CHECK(cudaMalloc(&memory, 4) == cudaSuccess && cudaMemsetAsync(memory, 0, 4, stream) == cudaSuccess);
  CHECK(LaunchAddOne(memory, 1, stream) == cudaSuccess && LaunchAddOne(memory, 1, nullptr) == cudaSuccess && memory[0] == 2);
  CHECK(LaunchAddOne(memory, 1, stream) == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess && memory[0] == 3);
  CHECK(cudaMemcpyAsync(host.data, memory, 4, cudaMemcpyDeviceToHost, stream) == cudaSuccess);
  CHECK(cudaFree(memory) == cudaSuccess && host.data[0] == 3);
}

TEST(eager_streams_work_at_once) {
  Reset();
  device().lazy = false;
  const Stream stream;
  DeviceArray<float> values(std::vector<float>{1});
  CHECK(LaunchAddOne(values.data(), 1, stream) == cudaSuccess && values.data()[0] == 2);
  Reset();
}

TEST(events_tell_time) {
  const Stream stream;
  cudaEvent_t from, to, untimed;
  CHECK(cudaEventCreate(&from) == cudaSuccess && cudaEventCreate(&to) == cudaSuccess);
  CHECK(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming) == cudaSuccess);
  float milliseconds = -1;
  CHECK(cudaEventElapsedTime(&milliseconds, from, to) == cudaErrorInvalidResourceHandle);
  CHECK(cudaEventRecord(from, stream) == cudaSuccess && cudaEventSynchronize(from) == cudaSuccess);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(cudaEventRecord(to, stream) == cudaSuccess && cudaEventElapsedTime(&milliseconds, from, to) == cudaErrorNotReady);
  CHECK(cudaEventSynchronize(to) == cudaSuccess && cudaEventElapsedTime(&milliseconds, from, to) == cudaSuccess && milliseconds >= 5);
  CHECK(cudaEventRecord(untimed, stream) == cudaSuccess && cudaEventSynchronize(untimed) == cudaSuccess);
  CHECK(cudaEventElapsedTime(&milliseconds, from, untimed) == cudaErrorInvalidResourceHandle);
  for (cudaEvent_t event : {from, to, untimed}) CHECK(cudaEventDestroy(event) == cudaSuccess);
  cudaGetLastError();
}

TEST(a_lost_device_stays_lost) {
  Reset();
  const Counts before = counts();
  device().lost_launch = 2;
  float *memory = nullptr, *more = nullptr;
  cudaStream_t stream;
  CHECK(cudaMalloc(&memory, 4) == cudaSuccess && cudaMemsetAsync(memory, 0, 4) == cudaSuccess && cudaStreamCreate(&stream) == cudaSuccess);
  for (int i = 0; i < 3; ++i) CHECK(LaunchAddOne(memory, 1, stream) == cudaSuccess);
  CHECK(cudaStreamSynchronize(stream) == cudaErrorLaunchFailure && memory[0] == 1);
  int count = 0;
  CHECK(cudaStreamQuery(stream) == cudaErrorLaunchFailure && cudaGetDeviceCount(&count) == cudaErrorLaunchFailure);
  CHECK(cudaMalloc(&more, 4) == cudaErrorLaunchFailure && LaunchAddOne(memory, 1, stream) == cudaErrorLaunchFailure);
  CHECK(cudaGetLastError() == cudaErrorLaunchFailure && cudaGetLastError() == cudaErrorLaunchFailure);
  CHECK(cudaDeviceReset() == cudaErrorLaunchFailure);
  // Giving back is answered with the error as well, but done.
  CHECK(cudaFree(memory) == cudaErrorLaunchFailure && cudaStreamDestroy(stream) == cudaErrorLaunchFailure);
  CHECK(counts().device_bytes == before.device_bytes && counts().streams == before.streams);
  Reset();
  CHECK(cudaGetLastError() == cudaSuccess && cudaGetDeviceCount(&count) == cudaSuccess);
  device().lost_copy = 1;
  CHECK(cudaMalloc(&memory, 4) == cudaSuccess && cudaMemcpy(memory, &count, 4, cudaMemcpyHostToDevice) == cudaErrorLaunchFailure);
  CHECK(cudaFree(memory) == cudaErrorLaunchFailure);
  Reset();
}

TEST(a_reset_gives_all_memory_back) {
  float* memory = nullptr;
  CHECK(cudaMalloc(&memory, 40) == cudaSuccess && cudaDeviceReset() == cudaSuccess && counts().device_bytes == 0);
}

}  // namespace
}  // namespace emulator
}  // namespace unroll
