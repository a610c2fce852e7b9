// Correct kernels give the same in every order of their threads: barriers of blocks, warps and the grid, shuffles, copies, early ends.
#include <numeric>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

#ifdef UNROLL_TEST_TSAN
constexpr int64_t kSeeds = 2;  // a race check takes a hundred times as long
#else
constexpr int64_t kSeeds = 8;
#endif

// With each order and some seeds.
template <class Body>
void InAllOrders(const Body& body) {
  for (Order order : kOrders) {
    for (uint64_t seed = 1; seed <= (order == Order::kRandom ? static_cast<uint64_t>(test::Cases(kSeeds)) : 1); ++seed) {
      Reset();
      device().order = order;
      device().seed = seed;
      test::Context() = "order " + std::to_string(static_cast<int>(order)) + " seed " + std::to_string(seed);
      body();
    }
  }
  Reset();
}

__global__ void WhoAmI(unsigned* out) {
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  atomicAdd(out + block * blockDim.x * blockDim.y * blockDim.z + thread, 1 + block * 1000 + thread);
}

TEST(every_thread_of_every_block_runs_once) {
  const struct {
    dim3 grid, block;
  } kShapes[] = {{dim3(1), dim3(1)}, {dim3(7), dim3(33)}, {dim3(3, 2, 2), dim3(5, 3, 2)}, {dim3(2), dim3(1024)}, {dim3(2, 5), dim3(8, 8)}};
  InAllOrders([&] {
    for (const auto& [grid, block] : kShapes) {
      const unsigned blocks = grid.x * grid.y * grid.z, threads = block.x * block.y * block.z;
      DeviceArray<unsigned> out(std::vector<unsigned>(blocks * threads));
      CHECK(RunKernel(WhoAmI, {grid, block}, out.data()) == "");
      const std::vector<unsigned> values = out.Values();
      for (unsigned i = 0; i < values.size(); ++i) CHECK(values[i] == 1 + i / threads * 1000 + i % threads);
    }
  });
}

// Each thread hands a value round the block; without one of the barriers somebody reads too early or too late.
__global__ void Rotate(int rounds, int* out) {
  int* values = gpu::Shared().Take<int>(blockDim.x);
  int mine = static_cast<int>(threadIdx.x);
  for (int i = 0; i < rounds; ++i) {
    values[threadIdx.x] = mine;
    __syncthreads();
    mine = values[(threadIdx.x + 1) % blockDim.x] + 1;
    __syncthreads();
  }
  out[blockIdx.x * blockDim.x + threadIdx.x] = mine;
}

TEST(barriers_of_a_block) {
  InAllOrders([] {
    for (unsigned threads : {1u, 31u, 32u, 100u, 512u}) {
      DeviceArray<int> out(3 * threads);
      CHECK(RunKernel(Rotate, {dim3(3), dim3(threads), 4 * threads}, 9, out.data()) == "");
      const std::vector<int> values = out.Values();
      for (unsigned i = 0; i < values.size(); ++i) CHECK(values[i] == static_cast<int>((i % threads + 9) % threads) + 9);
    }
  });
}

__global__ void Shuffles(int* out) {
  const int lane = static_cast<int>(threadIdx.x) % 32, all = static_cast<int>(blockDim.x);
  int* mine = out + threadIdx.x;
  mine[0 * all] = __shfl_sync(0xffffffffu, lane, 5);
  mine[1 * all] = __shfl_sync(0xffffffffu, lane, lane + 3, 8);
  mine[2 * all] = __shfl_xor_sync(0xffffffffu, lane, 6);
  mine[3 * all] = __shfl_up_sync(0xffffffffu, lane, 3, 16);
  mine[4 * all] = __shfl_down_sync(0xffffffffu, lane, 2, 4);
  mine[5 * all] = static_cast<int>(__ballot_sync(0xffffffffu, lane % 3 == 0));
  mine[6 * all] = static_cast<int>(__shfl_sync(0xffffffffu, 1.5 * lane, 31));  // of 8 bytes
  // Halves of a warp beside each other, in different numbers.
  int sum = 1;
  const uint32_t half = lane < 16 ? 0x0000ffffu : 0xffff0000u;
  for (int bits = 1; bits < (lane < 16 ? 16 : 8); bits *= 2) sum += __shfl_xor_sync(half, sum, bits);
  __syncwarp();
  mine[7 * all] = sum;
  mine[8 * all] = 2 * __any_sync(0xffffffffu, lane == 9) + __all_sync(0xffffffffu, lane != 9);
}

TEST(operations_of_a_warp) {
  InAllOrders([] {
    constexpr int kThreads = 96;
    DeviceArray<int> out(9 * kThreads);
    CHECK(RunKernel(Shuffles, {dim3(1), dim3(kThreads)}, out.data()) == "");
    const std::vector<int> values = out.Values();
    for (int i = 0; i < kThreads; ++i) {
      const auto value = [&](int k) { return values[static_cast<size_t>(k * kThreads + i)]; };
      const int lane = i % 32;
      CHECK(value(0) == 5);
      CHECK(value(1) == lane / 8 * 8 + (lane + 3) % 8);
      CHECK(value(2) == (lane ^ 6));
      CHECK(value(3) == (lane % 16 < 3 ? lane : lane - 3));
      CHECK(value(4) == (lane % 4 < 2 ? lane + 2 : lane));
      CHECK(value(5) == 0x49249249);
      CHECK(value(6) == 46);
      CHECK(value(7) == (lane < 16 ? 16 : 8));
      CHECK(value(8) == 2);
    }
  });
}

// Those that have ended are not waited for, whatever the others wait at.
__global__ void EarlyEnds(int* out) {
  if (threadIdx.x % 5 == 1) return;
  __syncthreads();
  if (threadIdx.x % 5 == 2) return;
  const uint32_t there = __ballot_sync(0xffffffffu, 1);
  __syncwarp();
  if (threadIdx.x % 5 == 3) return;
  __syncthreads();
  out[threadIdx.x] = __popc(there);
}

TEST(threads_that_have_ended_are_not_waited_for) {
  InAllOrders([] {
    DeviceArray<int> out(std::vector<int>(70));
    CHECK(RunKernel(EarlyEnds, {dim3(1), dim3(70)}, out.data()) == "");
    const std::vector<int> values = out.Values();
    for (int i = 0; i < 70; ++i) {
      int there = 0;
      for (int k = i / 32 * 32; k < 70 && k < i / 32 * 32 + 32; ++k) there += k % 5 != 1 && k % 5 != 2;
      CHECK(values[static_cast<size_t>(i)] == (i % 5 == 0 || i % 5 == 4 ? there : 0));
    }
  });
}

// Steps in which every block reads what all others wrote, with a counter of its own for a barrier.
__global__ void Steps(int steps, float* values, unsigned* arrived) {
  const unsigned n = gridDim.x * blockDim.x, i = blockIdx.x * blockDim.x + threadIdx.x;
  for (int step = 0; step < steps; ++step) {
    const float* from = values + static_cast<unsigned>(step % 2) * n;
    float sum = 0;
    for (unsigned k = 0; k < n; ++k) sum += gpu::LoadL2(from + k);
    gpu::StoreL2(values + static_cast<unsigned>((step + 1) % 2) * n + i, sum / static_cast<float>(n) + static_cast<float>(i));
    __syncthreads();
    if (threadIdx.x == 0) {
      gpu::Signal(arrived);
      while (gpu::LoadAcquire(arrived) < static_cast<unsigned>(step + 1) * gridDim.x) {
      }
    }
    __syncthreads();
  }
}

__global__ void StepsOfGrid(int steps, float* values) {
  const unsigned n = gridDim.x * blockDim.x, i = blockIdx.x * blockDim.x + threadIdx.x;
  for (int step = 0; step < steps; ++step) {
    const float* from = values + static_cast<unsigned>(step % 2) * n;
    float sum = 0;
    for (unsigned k = 0; k < n; ++k) sum += gpu::LoadL2(from + k);
    gpu::StoreL2(values + static_cast<unsigned>((step + 1) % 2) * n + i, sum / static_cast<float>(n) + static_cast<float>(i));
    gpu::SyncGrid();
  }
}

std::vector<float> StepsByHand(int steps, size_t n) {
  std::vector<float> values(n);
  for (int step = 0; step < steps; ++step) {
    const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
    for (size_t i = 0; i < n; ++i) values[i] = sum / static_cast<float>(n) + static_cast<float>(i);
  }
  return values;
}

TEST(barriers_between_blocks) {
  constexpr int kSteps = 6;  // even: the last values are in the first half
  for (const auto& [blocks, threads] : {std::pair{5u, 40u}, {6u, 1u}, {1u, 1u}, {3u, 32u}}) {
    const size_t all = blocks * threads;
    const std::vector<float> expected = StepsByHand(kSteps, all);
    InAllOrders([&, blocks = blocks, threads = threads] {
      const gpu::LaunchShape shape = {dim3(blocks), dim3(threads), 0, nullptr, true};
      DeviceArray<float> values(std::vector<float>(2 * all)), others(std::vector<float>(2 * all));
      DeviceArray<unsigned> arrived(std::vector<unsigned>{0});
      CHECK(RunKernel(Steps, shape, kSteps, values.data(), arrived.data()) == "");
      CHECK(RunKernel(StepsOfGrid, shape, kSteps, others.data()) == "");
      for (size_t i = 0; i < all; ++i) CHECK(values.Values()[i] == expected[i] && others.Values()[i] == expected[i]);
    });
  }
}

#ifndef UNROLL_TEST_TSAN  // a plain store is no release

// Threads that hand a value to each other with stores alone, more often than the emulator looks before it calls that a deadlock.
__global__ void PingPong(int rounds, float* value) {
  const auto mine = static_cast<int>(threadIdx.x);
  for (int i = 0; i < rounds; ++i) {
    while (gpu::LoadAcquire(reinterpret_cast<unsigned*>(value)) != static_cast<unsigned>(2 * i + mine)) {
    }
    gpu::StoreL2(value, __uint_as_float(static_cast<unsigned>(2 * i + mine + 1)));
  }
}

TEST(a_long_spin_that_comes_to_an_end_is_no_deadlock) {
  InAllOrders([] {
    DeviceArray<float> value(std::vector<float>{0});
    CHECK(RunKernel(PingPong, {dim3(1), dim3(2)}, 30000, value.data()) == "");
    CHECK(__float_as_uint(value.Values()[0]) == 60000);
  });
}

#endif

// Sums columns through a double buffer of copies that go on meanwhile; more groups than the emulator keeps in its list.
__global__ void SumColumns(const float* in, int rows, float* out) {
  constexpr int kColumns = 64, kBuffers = 3;
  float* buffers = gpu::Shared().Take<float>(kBuffers * kColumns);
  const auto start = [&](int row) {
    if (row < rows && threadIdx.x < kColumns / 4)
      gpu::CopyAsync16(buffers + row % kBuffers * kColumns + 4 * threadIdx.x, in + row * kColumns + 4 * threadIdx.x);
    gpu::CommitCopies();
  };
  float sum = 0;
  for (int row = 0; row < kBuffers - 1; ++row) start(row);
  for (int row = 0; row < rows; ++row) {
    gpu::WaitCopies<kBuffers - 2>();
    __syncthreads();
    start(row + kBuffers - 1);
    sum += buffers[row % kBuffers * kColumns + static_cast<int>(threadIdx.x)];
  }
  out[threadIdx.x] = sum;
}

TEST(copies_behind_the_computation) {
  constexpr int kRows = 300, kColumns = 64;
  std::vector<float> in(kRows * kColumns);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i * 7 % 100);
  InAllOrders([&] {
    DeviceArray<float> device_in(in), out(kColumns);
    CHECK(RunKernel(SumColumns, {dim3(1), dim3(kColumns), 3 * 4 * kColumns}, device_in.data(), kRows, out.data()) == "");
    for (size_t column = 0; column < kColumns; ++column) {
      float sum = 0;
      for (size_t row = 0; row < kRows; ++row) sum += in[row * kColumns + column];
      CHECK(out.Values()[column] == sum);
    }
  });
}

__global__ void Count(unsigned* count, float* sum) {
  atomicAdd(count, 2u);
  atomicAdd(sum, 0.5f);
}

TEST(atomics) {
  InAllOrders([] {
    DeviceArray<unsigned> count(std::vector<unsigned>{1});
    DeviceArray<float> sum(std::vector<float>{1});
    CHECK(RunKernel(Count, {dim3(9), dim3(50)}, count.data(), sum.data()) == "");
    CHECK(count.Values()[0] == 901 && sum.Values()[0] == 226);
  });
}

#ifndef UNROLL_TEST_TSAN  // of which it would rightly complain

// Who writes what another thread reads without a barrier: some order has to show it.
__global__ void MissingBarrier(int* out) {
  int* values = gpu::Shared().Take<int>(blockDim.x);
  values[threadIdx.x] = static_cast<int>(threadIdx.x);
  out[threadIdx.x] = values[blockDim.x - 1 - threadIdx.x];
}

TEST(a_missing_barrier_shows_in_every_order) {
  InAllOrders([] {
    DeviceArray<int> out(64);
    CHECK(RunKernel(MissingBarrier, {dim3(1), dim3(64), 256}, out.data()) == "");
    const std::vector<int> values = out.Values();
    int wrong = 0;
    for (int i = 0; i < 64; ++i) wrong += values[static_cast<size_t>(i)] != 63 - i;
    CHECK(wrong > 0);
  });
}

TEST(random_orders_differ_by_their_seed_alone) {
  const auto run = [](uint64_t seed) {
    device().order = Order::kRandom;
    device().seed = seed;
    DeviceArray<int> out(64);
    CHECK(RunKernel(MissingBarrier, {dim3(1), dim3(64), 256}, out.data()) == "");
    return out.Values();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
  Reset();
}

#endif

}  // namespace
}  // namespace emulator
}  // namespace unroll
