// Mistakes that a sanitizer has to find in a kernel: each in a child of this process, of which the report is read. Without a sanitizer
// there is only that the correct forms run.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

constexpr unsigned kThreads = 48;  // a warp and a half

// What a child that runs the body writes to stderr.
[[maybe_unused]] std::string ReportOf(const std::function<void()>& body) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    body();
    std::exit(0);
  }
  close(ends[1]);
  std::string report;
  char part[4096];
  for (ssize_t n = read(ends[0], part, sizeof part); n > 0; n = read(ends[0], part, sizeof part))
    report.append(part, static_cast<size_t>(n));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return report;
}

[[maybe_unused]] std::string Here(int line) { return "sanitizers_test.cc:" + std::to_string(line); }

// `off` elements too far.
[[maybe_unused]] constexpr int kSharedLine = __LINE__ + 4;
__global__ void WriteShared(int off) {
  gpu::Shared shared;
  float *first = shared.Take<float>(blockDim.x), *second = shared.Take<float>(blockDim.x);
  first[static_cast<int>(threadIdx.x) + off] = second[threadIdx.x];
}

[[maybe_unused]] constexpr int kGlobalLine = __LINE__ + 1;
__global__ void ReadGlobal(const float* in, float* out, int off) { out[threadIdx.x] = in[static_cast<int>(threadIdx.x) + off]; }

[[maybe_unused]] constexpr int kCopyLine = __LINE__ + 3;
__global__ void CopyTooFar(const float* in, int shared_off, int global_off) {
  float* target = gpu::Shared().Take<float>(blockDim.x);
  gpu::CopyAsync4(target + static_cast<int>(threadIdx.x) + shared_off, in + static_cast<int>(threadIdx.x) + global_off);
  gpu::CommitCopies();
  gpu::WaitCopies<0>();
}

constexpr size_t kSharedBytes = 2 * 4 * kThreads;

void RunWriteShared(int off) { CHECK(RunKernel(WriteShared, {dim3(2), dim3(kThreads), kSharedBytes}, off) == ""); }

void RunReadGlobal(int off) {
  const DeviceArray<float> in(kThreads), out(kThreads);
  CHECK(RunKernel(ReadGlobal, {dim3(1), dim3(kThreads)}, in.data(), out.data(), off) == "");
}

void RunCopyTooFar(int shared_off, int global_off) {
  const DeviceArray<float> in(kThreads);
  CHECK(RunKernel(CopyTooFar, {dim3(1), dim3(kThreads), kSharedBytes}, in.data(), shared_off, global_off) == "");
}

// Each thread reads its neighbour's value of the other half of the warp or of another warp.
[[maybe_unused]] constexpr int kWriteLine = __LINE__ + 4, kReadLine = __LINE__ + 6;
__global__ void HandOver(int rounds, bool before, bool after, float* out) {
  float* values = gpu::Shared().Take<float>(blockDim.x);
  for (int i = 0; i < rounds; ++i) {
    values[threadIdx.x] = static_cast<float>(i);
    if (before) __syncthreads();
    const float other = values[blockDim.x - 1 - threadIdx.x];
    if (after) __syncthreads();
    out[blockIdx.x * blockDim.x + threadIdx.x] = other;
  }
}

void RunExchange(bool before, bool after) {
  const DeviceArray<float> out(2 * kThreads);
  CHECK(RunKernel(HandOver, {dim3(2), dim3(kThreads), kSharedBytes}, 2, before, after, out.data()) == "");
}

// The same within a warp, where __syncwarp is enough and a shuffle is not.
__global__ void InWarp(bool sync, float* out) {
  float* values = gpu::Shared().Take<float>(blockDim.x);
  values[threadIdx.x] = 1;
  float other = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
  if (sync) __syncwarp();
  other += values[threadIdx.x ^ 1];
  out[threadIdx.x] = other;
}

void RunInWarp(bool sync) {
  const DeviceArray<float> out(kThreads);
  CHECK(RunKernel(InWarp, {dim3(1), dim3(kThreads), kSharedBytes}, sync, out.data()) == "");
}

// A copy is seen by its own thread once it has waited, by others after a barrier.
__global__ void CopyForOthers(const float* in, bool wait_first, float* out) {
  float* target = gpu::Shared().Take<float>(blockDim.x);
  gpu::CopyAsync4(target + threadIdx.x, in + threadIdx.x);
  gpu::CommitCopies();
  if (wait_first) gpu::WaitCopies<0>();
  __syncthreads();
  if (!wait_first) gpu::WaitCopies<0>();
  out[threadIdx.x] = target[blockDim.x - 1 - threadIdx.x];
}

void RunCopyForOthers(bool wait_first) {
  const DeviceArray<float> in(kThreads), out(kThreads);
  CHECK(RunKernel(CopyForOthers, {dim3(1), dim3(kThreads), kSharedBytes}, in.data(), wait_first, out.data()) == "");
}

// Blocks hand a value on through a signal; without one it is a race, in whatever order they ran.
__global__ void HandOn(bool signal, float* value, unsigned* turn) {
  if (threadIdx.x != 0) return;
  if (signal) {
    while (gpu::LoadAcquire(turn) < blockIdx.x) {
    }
  }
  gpu::StoreL2(value, gpu::LoadL2(value) + 1);
  if (signal) gpu::Signal(turn);
}

void RunHandOn(bool signal) {
  const DeviceArray<float> value(std::vector<float>{0});
  const DeviceArray<unsigned> turn(std::vector<unsigned>{0});
  CHECK(RunKernel(HandOn, {dim3(4), dim3(32), 0, nullptr, true}, signal, value.data(), turn.data()) == "");
}

TEST(correct_kernels_have_no_report) {
  for (Order order : kOrders) {
    device().order = order;
    for (int round = 0; round < 2; ++round) {
      RunWriteShared(0);
      RunReadGlobal(0);
      RunCopyTooFar(0, 0);
      RunExchange(true, true);
      RunInWarp(true);
      RunCopyForOthers(true);
      RunHandOn(true);
    }
  }
  Reset();
}

#ifdef UNROLL_TEST_ASAN

void CheckOutOfBounds(int line, const std::function<void()>& body) {
  const std::string report = ReportOf(body);
  test::Context() = report.substr(0, 2000);
  CHECK(Contains(report, "AddressSanitizer: heap-buffer-overflow"));
  // clang's runtime knows no lines without llvm-symbolizer, and says so.
  CHECK(Contains(report, Here(line)) || Contains(report, "external symbolizer"));
}

TEST(shared_memory_ends_where_it_was_said) {
  CheckOutOfBounds(kSharedLine, [] { RunWriteShared(1); });
  CheckOutOfBounds(kSharedLine, [] { RunWriteShared(-1); });
}

TEST(global_memory_ends_where_it_was_said) {
  CheckOutOfBounds(kGlobalLine, [] { RunReadGlobal(1); });
  CheckOutOfBounds(kGlobalLine, [] { RunReadGlobal(-1); });
}

TEST(copies_stay_inside) {
  CheckOutOfBounds(kCopyLine, [] { RunCopyTooFar(1, 0); });
  CheckOutOfBounds(kCopyLine, [] { RunCopyTooFar(0, 1); });
}

__global__ void UseAfterEnd(float** kept) {
  float* mine = gpu::Shared().Take<float>(1);
  if (blockIdx.x == 0) *kept = mine;
  if (blockIdx.x == 1) **kept = 1;
}

TEST(shared_memory_ends_with_its_block) {
  const std::string report = ReportOf([] {
    const DeviceArray<float*> kept(1);
    RunKernel(UseAfterEnd, {dim3(2), dim3(1), 4}, kept.data());
  });
  CHECK(Contains(report, "AddressSanitizer: heap-use-after-free"));
}

#endif

#ifdef UNROLL_TEST_TSAN

std::string RaceOf(const std::function<void()>& body) {
  const std::string report = ReportOf(body);
  test::Context() = report.substr(0, 4000);
  CHECK(Contains(report, "ThreadSanitizer: data race"));
  return report;
}

TEST(a_missing_barrier_is_a_race_at_both_lines) {
  for (Order order : kOrders) {
    device().order = order;
    for (const auto& [before, after] : {std::pair{false, true}, std::pair{true, false}}) {
      const std::string report = RaceOf([before = before, after = after] { RunExchange(before, after); });
      CHECK(Contains(report, Here(kWriteLine)) && Contains(report, Here(kReadLine)));
      CHECK(Contains(report, "of block"));  // the threads are named
    }
  }
  Reset();
}

TEST(a_shuffle_orders_no_memory) {
  RaceOf([] { RunInWarp(false); });
}

TEST(a_barrier_before_the_wait_is_a_race) {
  RaceOf([] { RunCopyForOthers(false); });
}

TEST(blocks_race_without_a_signal_in_every_order) {
  for (Order order : kOrders) {
    device().order = order;
    RaceOf([] { RunHandOn(false); });
  }
  Reset();
}

#endif

}  // namespace
}  // namespace emulator
}  // namespace unroll
