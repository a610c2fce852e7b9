// Kernels that are wrong in one way each: the launch fails and says where.
#include <cmath>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

std::string Here(int line) { return "faults_test.cc:" + std::to_string(line); }

// In every order of the threads.
template <class... P, class... A>
void CheckFault(const std::vector<std::string>& parts, void (*kernel)(P...), const gpu::LaunchShape& shape, A... args) {
  for (Order order : kOrders) {
    Reset();
    device().order = order;
    const std::string wrong = RunKernel(kernel, shape, args...);
    test::Context() = "\"" + wrong + "\"";
    for (const std::string& part : parts) CHECK(Contains(wrong, part));
  }
  Reset();
}

constexpr int kDivergentLine = __LINE__ + 4;
__global__ void DivergentBarrier() {
  // Both halves wait, but not for the same.
  if (threadIdx.x < 32)
    __syncthreads();
  else
    __syncthreads();
}

TEST(barriers_at_different_lines_are_divergent) {
  CheckFault({"divergent __syncthreads", Here(kDivergentLine), Here(kDivergentLine + 2)}, DivergentBarrier, {dim3(1), dim3(64)});
}

constexpr int kDeadlockLine = __LINE__ + 2;
__global__ void HalfWaits() {
  if (threadIdx.x < 16) __syncwarp();
  if (threadIdx.x >= 16) __syncthreads();
}

TEST(a_deadlock_names_who_waits_and_where) {
  CheckFault({"deadlock: 96 of 96 threads", "48 at " + Here(kDeadlockLine), "48 at " + Here(kDeadlockLine + 1), "thread 0 of block 0"},
             HalfWaits, {dim3(3), dim3(32)});
}

constexpr int kSpinLine = __LINE__ + 2;
__global__ void SpinForEver(const unsigned* flag) {
  while (gpu::LoadAcquire(flag) == 0) {
  }
}

TEST(threads_that_spin_for_ever_are_a_deadlock) {
  DeviceArray<unsigned> flag(std::vector<unsigned>{0});
  CheckFault({"deadlock: 64 of 64 threads", "64 at " + Here(kSpinLine)}, SpinForEver, {dim3(2), dim3(32)}, flag.data());
}

// Blocks wait for blocks that have no room beside them.
__global__ void WaitForAllBlocks(unsigned* arrived) {
  gpu::Signal(arrived);
  while (gpu::LoadAcquire(arrived) < gridDim.x) {
  }
}

TEST(a_barrier_of_more_blocks_than_are_resident_is_a_deadlock) {
  for (Order order : kOrders) {
    DeviceArray<unsigned> arrived(std::vector<unsigned>{0});
    Reset();
    device().order = order;
    device().sms = 2;
    device().blocks_per_sm = 2;
    CHECK(Contains(RunKernel(WaitForAllBlocks, {dim3(5), dim3(1)}, arrived.data()), "1 blocks could not begin"));
    DeviceArray<unsigned> again(std::vector<unsigned>{0});
    CHECK(RunKernel(WaitForAllBlocks, {dim3(4), dim3(1)}, again.data()) == "");
  }
  Reset();
}

constexpr int kSecondLine = __LINE__ + 4;
__global__ void TakeTwice(int64_t first, int64_t second) {
  gpu::Shared shared;
  shared.Take<char>(first);
  shared.Take<char>(second);
}

TEST(shared_memory_that_the_launch_did_not_give_is_refused) {
  CHECK(RunKernel(TakeTwice, {dim3(2), dim3(64), 104}, 100, 1) ==
        "shared memory: with the piece at " + Here(kSecondLine) + " a block takes 113 bytes, the launch gave 104");
  CHECK(RunKernel(TakeTwice, {dim3(2), dim3(64), 113}, 100, 1) == "");
  CheckFault({"a block takes 101 bytes, the launch gave 100"}, TakeTwice, {dim3(1), dim3(1), 100}, 101, 1);
}

__global__ void TakeByThread() { gpu::Shared().Take<float>(threadIdx.x < 40 ? 8 : 9); }

TEST(threads_must_agree_on_the_sizes_of_shared_memory) {
  CheckFault({"takes", "another thread took"}, TakeByThread, {dim3(1), dim3(64), 1000});
}

constexpr int kWarpLine = __LINE__ + 3;
__global__ void DivergentShuffles(float* out) {
  float value = 0;
  if (threadIdx.x < 7) value = __shfl_sync(0xffffffffu, 1.0f, 0);
  if (threadIdx.x >= 7) value = __shfl_sync(0xffffffffu, 2.0f, 0);
  out[threadIdx.x] = value;
}

__global__ void DifferentOperations() {
  if (threadIdx.x % 2 == 0)
    __syncwarp();
  else
    __ballot_sync(0xffffffffu, 1);
}

TEST(operations_of_a_warp_must_be_the_same_for_its_lanes) {
  DeviceArray<float> out(32);
  CheckFault({"divergent operation of a warp", Here(kWarpLine), Here(kWarpLine + 1)}, DivergentShuffles, {dim3(1), dim3(32)}, out.data());
  CheckFault({"divergent operation of a warp"}, DifferentOperations, {dim3(1), dim3(32)});
}

__global__ void NotInItsMask() { __syncwarp(0x0000ffffu); }

TEST(a_lane_must_be_in_the_mask_of_its_operation) {
  CheckFault({"is not in the mask of its own operation", "of block 0"}, NotInItsMask, {dim3(1), dim3(32)});
}

__global__ void ShuffleFromNobody(float* out) {
  if (threadIdx.x >= 16) return;
  out[threadIdx.x] = __shfl_sync(0xffffffffu, 1.0f, static_cast<int>(threadIdx.x) + 8);
}

TEST(what_comes_from_a_lane_that_has_ended_is_nan) {
  DeviceArray<float> out(16);
  CHECK(RunKernel(ShuffleFromNobody, {dim3(1), dim3(32)}, out.data()) == "");
  const std::vector<float> values = out.Values();
  for (size_t i = 0; i < values.size(); ++i) CHECK(i < 8 ? values[i] == 1 : std::isnan(values[i]));
}

__global__ void MmaOfHalfAWarp(float* out) {
  if (threadIdx.x % 32 >= 20) return;
  const uint32_t a[4] = {}, b[2] = {};
  gpu::MmaTf32(out + 4 * threadIdx.x, a, b);
}

TEST(a_product_of_tensor_cores_wants_all_lanes) {
  DeviceArray<float> out(4 * 32);
  CheckFault({"product of tensor cores"}, MmaOfHalfAWarp, {dim3(1), dim3(32)}, out.data());
  CheckFault({"product of tensor cores"}, MmaOfHalfAWarp, {dim3(1), dim3(20)}, out.data());
}

constexpr bool kCommit = true, kWait = true;

// Reads what it has copied, perhaps too early.
__global__ void CopyAndRead(const float* in, float* out, bool commit, bool wait) {
  gpu::Shared shared;
  float* target = shared.Take<float>(blockDim.x);
  target[threadIdx.x] = 0;
  gpu::CopyAsync4(target + threadIdx.x, in + threadIdx.x);
  if (commit) gpu::CommitCopies();
  if (wait) gpu::WaitCopies<0>();
  out[threadIdx.x] = target[threadIdx.x];
}

// Two groups are under way, of which the older one is waited for.
__global__ void Pipeline(const float* in, float* out) {
  gpu::Shared shared;
  float* target = shared.Take<float>(2 * blockDim.x);
  for (unsigned stage = 0; stage < 2; ++stage) {
    gpu::CopyAsync4(target + stage * blockDim.x + threadIdx.x, in + threadIdx.x);
    gpu::CommitCopies();
  }
  gpu::WaitCopies<1>();
  for (unsigned stage = 0; stage < 2; ++stage) out[stage * blockDim.x + threadIdx.x] = target[stage * blockDim.x + threadIdx.x];
}

TEST(a_copy_that_was_not_waited_for_is_nan) {
  const std::vector<float> values = {1, 2, 3, 4, 5};
  DeviceArray<float> in(values), out(5), both(10);
  const gpu::LaunchShape shape = {dim3(1), dim3(5), 4 * 10};
  for (bool commit : {false, kCommit}) {
    for (bool wait : {false, kWait}) {
      CHECK(RunKernel(CopyAndRead, shape, in.data(), out.data(), commit, wait) == "");
      for (size_t i = 0; i < 5; ++i) CHECK(commit && wait ? out.Values()[i] == values[i] : std::isnan(out.Values()[i]));
    }
  }
  CHECK(RunKernel(Pipeline, shape, in.data(), both.data()) == "");
  for (size_t i = 0; i < 5; ++i) CHECK(both.Values()[i] == values[i] && std::isnan(both.Values()[5 + i]));
}

constexpr int kMisalignedLine = __LINE__ + 2;
__global__ void MisalignedCopy(const float* in, int shared_off, int global_off) {
  gpu::CopyAsync16(gpu::Shared().Take<float>(8) + shared_off, in + global_off);
}

TEST(copies_of_16_bytes_must_be_aligned) {
  DeviceArray<float> in(8);
  const gpu::LaunchShape shape = {dim3(1), dim3(1), 32};
  CHECK(RunKernel(MisalignedCopy, shape, in.data(), 4, 4) == "");
  CHECK(Contains(RunKernel(MisalignedCopy, shape, in.data(), 1, 0), Here(kMisalignedLine) + ": a misaligned copy"));
  CHECK(Contains(RunKernel(MisalignedCopy, shape, in.data(), 0, 2), "misaligned"));
}

__global__ void ReadShared(float* out) { out[blockIdx.x * blockDim.x + threadIdx.x] = gpu::Shared().Take<float>(64)[threadIdx.x]; }

TEST(memory_that_nobody_has_written_is_nan) {
  DeviceArray<float> out(3 * 64);
  for (float value : out.Values()) CHECK(std::isnan(value));
  // A block's memory knows nothing of the block before it.
  for (int round = 0; round < 2; ++round) {
    CHECK(RunKernel(ReadShared, {dim3(3), dim3(64), 256}, out.data()) == "");
    for (float value : out.Values()) CHECK(std::isnan(value));
  }
}

__global__ void GridBarrier() { gpu::SyncGrid(); }
__global__ void Trap() { __trap(); }

TEST(a_barrier_of_the_grid_wants_a_cooperative_launch) {
  CheckFault({"barrier of the grid", "not cooperative"}, GridBarrier, {dim3(2), dim3(32)});
  CHECK(RunKernel(GridBarrier, {dim3(2), dim3(32), 0, nullptr, true}) == "");
}

TEST(a_trap_ends_the_launch) { CheckFault({"thread", "__trap"}, Trap, {dim3(2), dim3(32)}); }

// The fibers of a failed launch stand in the middle of a kernel.
__global__ void One(float* out) { out[threadIdx.x] = 1; }

TEST(after_a_failed_launch_others_run) {
  for (int round = 0; round < 3; ++round) {
    CHECK(RunKernel(DivergentBarrier, {dim3(1), dim3(64)}) != "");
    DeviceArray<float> out(64);
    CHECK(RunKernel(One, {dim3(1), dim3(64)}, out.data()) == "");
    for (float value : out.Values()) CHECK(value == 1);
  }
}

}  // namespace
}  // namespace emulator
}  // namespace unroll
