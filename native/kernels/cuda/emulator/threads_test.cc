// Several of the operating system's threads launch at the same time, each with its own stream: each gets what it would get alone.
#include <atomic>
#include <thread>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

__global__ void Sum(const float* in, int rounds, float* out) {
  float* values = gpu::Shared().Take<float>(blockDim.x);
  float mine = in[threadIdx.x];
  for (int i = 0; i < rounds; ++i) {
    values[threadIdx.x] = mine;
    __syncthreads();
    mine = values[(threadIdx.x + 1) % blockDim.x] + __shfl_xor_sync(0xffffffffu, mine, 1);
    __syncthreads();
  }
  out[threadIdx.x] = mine;
}

std::vector<float> RunSum(int seed) {
  constexpr unsigned kThreads = 64;
  std::vector<float> values(kThreads);
  for (unsigned i = 0; i < kThreads; ++i) values[i] = static_cast<float>(static_cast<unsigned>(seed) * i % 7);
  const DeviceArray<float> in(values), out(kThreads);
  if (!RunKernel(Sum, {dim3(1), dim3(kThreads), 4 * kThreads}, in.data(), 5, out.data()).empty()) return {};
  return out.Values();
}

TEST(launches_of_several_threads_do_not_see_each_other) {
  constexpr int kThreads = 3;
  std::vector<std::vector<float>> expected;
  for (int i = 0; i < kThreads; ++i) expected.push_back(RunSum(i));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int64_t round = 0; round < test::Cases(50); ++round) wrong += RunSum(i) != expected[static_cast<size_t>(i)];
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0 && expected[0] != expected[1] && !expected[0].empty());
  CHECK(counts().device_bytes == 0 && counts().streams == 0);
}

TEST(an_error_of_one_thread_is_not_the_last_error_of_another) {
  float* memory = nullptr;
  CHECK(cudaMemcpy(nullptr, &memory, 4, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  std::atomic<cudaError_t> other{cudaErrorUnknown};
  std::thread([&] { other = cudaGetLastError(); }).join();
  CHECK(other == cudaSuccess && cudaGetLastError() == cudaErrorInvalidValue);
}

__global__ void Wait(unsigned* flag) {
  while (gpu::LoadAcquire(flag) < 100) gpu::Signal(flag);
}

// One thread waits for a stream while another looks whether it is ready.
TEST(a_stream_may_be_looked_at_while_it_works) {
  cudaStream_t stream;
  CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
  DeviceArray<unsigned> flag(std::vector<unsigned>{0});
  for (int i = 0; i < 50; ++i) CHECK(gpu::Launch(Wait, {dim3(2), dim3(32), 0, stream}, flag.data()) == cudaSuccess);
  std::thread waits([&] { cudaStreamSynchronize(stream); });
  int looks = 0;
  while (cudaStreamQuery(stream) == cudaErrorNotReady) ++looks;
  waits.join();
  CHECK(cudaStreamQuery(stream) == cudaSuccess && flag.Values()[0] >= 100);
  CHECK(cudaStreamDestroy(stream) == cudaSuccess);
  cudaGetLastError();
}

}  // namespace
}  // namespace emulator
}  // namespace unroll
