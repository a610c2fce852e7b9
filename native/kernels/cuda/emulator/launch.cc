// Launches as the host asks for them: what is refused, and how many blocks are resident.
#include <algorithm>
#include <cstdio>

#include "native/kernels/cuda/emulator/machine.h"
#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

constexpr int kUsualShared = 48 << 10;
constexpr int kOldestImage = 75;  // of those that the build makes kernels for

constexpr int64_t RoundUp(int64_t value, int64_t to) { return (value + to - 1) / to * to; }

int SharedLimit(const void* kernel) {
  const std::lock_guard lock(state().mutex);
  const auto entry = state().shared_limits.find(kernel);
  return entry == state().shared_limits.end() ? kUsualShared : entry->second;
}

bool HasImage(const Device& device) { return 10 * device.major + device.minor >= kOldestImage; }

int64_t Volume(const dim3& dim) { return int64_t{dim.x} * dim.y * dim.z; }

bool IsCooperative(const cudaLaunchConfig_t& config) {
  for (unsigned i = 0; i < config.numAttrs; ++i) {
    if (config.attrs[i].id == cudaLaunchAttributeCooperative && config.attrs[i].val.cooperative != 0) return true;
  }
  return false;
}

cudaError_t RunKernel(const KernelLaunch& launch) {
  if (Strikes(&Counts::launches, device().lost_launch)) return cudaErrorLaunchFailure;
  const std::string wrong = machine().Run(launch);
  if (wrong.empty()) return cudaSuccess;
  std::fprintf(stderr, "CUDA emulator: %s\n", wrong.c_str());
  const std::lock_guard lock(state().mutex);
  state().fault = wrong;
  return cudaErrorLaunchFailure;
}

}  // namespace

// The arithmetic of CUDA's cuda_occupancy.h.
int Occupancy(const Device& device, const void* kernel, int64_t threads, int64_t shared_bytes) {
  constexpr int64_t kRegisterUnit = 256, kSchedulers = 4, kRegistersPerScheduler = 65536 / kSchedulers;
  const int64_t shared_unit = device.major >= 8 ? 128 : 256;
  if (threads < 1 || threads > 1024 || shared_bytes > SharedLimit(kernel)) return 0;
  const int64_t warps = RoundUp(threads, kLanes) / kLanes;
  int64_t blocks = std::min<int64_t>(device.blocks_per_sm, device.threads_per_sm / (warps * kLanes));
  const int64_t shared = RoundUp(shared_bytes + ReservedShared(device), shared_unit);
  if (shared > 0) blocks = std::min(blocks, device.shared_per_sm / shared);
  const int64_t registers = RoundUp(int64_t{device.registers} * kLanes, kRegisterUnit);
  return static_cast<int>(std::min(blocks, kRegistersPerScheduler / registers * kSchedulers / warps));
}

cudaError_t LaunchKernel(const cudaLaunchConfig_t& config, const void* kernel, std::function<void()> body) {
  return Call([&] {
    const Device settings = Completed(device());
    const dim3 &grid = config.gridDim, &block = config.blockDim;
    constexpr unsigned kMostThreads = 1024, kMostZ = 64, kMostBlocks = 65535;
    if (!HasImage(settings)) return cudaErrorNoKernelImageForDevice;
    if (Volume(grid) < 1 || grid.x > 0x7fffffffu || grid.y > kMostBlocks || grid.z > kMostBlocks) return cudaErrorInvalidConfiguration;
    if (Volume(block) < 1 || Volume(block) > kMostThreads || block.z > kMostZ) return cudaErrorInvalidConfiguration;
    if (config.dynamicSmemBytes > static_cast<size_t>(SharedLimit(kernel))) return cudaErrorInvalidValue;
    const auto shared_bytes = static_cast<int64_t>(config.dynamicSmemBytes);
    const int64_t resident = int64_t{settings.sms} * Occupancy(settings, kernel, Volume(block), shared_bytes);
    if (resident < 1) return cudaErrorLaunchOutOfResources;
    const bool cooperative = IsCooperative(config);
    if (cooperative && Volume(grid) > resident) return cudaErrorCooperativeLaunchTooLarge;
    const KernelLaunch launch{grid, block, shared_bytes, resident, cooperative, std::move(body), settings.order, settings.seed};
    return Enqueue(config.stream, [launch] { return RunKernel(launch); });
  });
}

}  // namespace emulator
}  // namespace unroll

using unroll::emulator::Call;
using unroll::emulator::state;

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  return Call([&] {
    if (attribute == cudaFuncAttributePreferredSharedMemoryCarveout) return cudaSuccess;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaErrorInvalidValue;
    if (value < 0 || value > Completed(unroll::emulator::device()).shared_per_block) return cudaErrorInvalidValue;
    const std::lock_guard lock(state().mutex);
    state().shared_limits[kernel] = value;
    return cudaSuccess;
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel) {
  return Call([&] {
    const unroll::emulator::Device settings = Completed(unroll::emulator::device());
    if (!unroll::emulator::HasImage(settings)) return cudaErrorNoKernelImageForDevice;
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->numRegs = settings.registers;
    attributes->ptxVersion = attributes->binaryVersion = 10 * settings.major + settings.minor;
    attributes->maxDynamicSharedSizeBytes = unroll::emulator::SharedLimit(kernel);
    return cudaSuccess;
  });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* kernel, int block_size, size_t shared_bytes) {
  return Call([&] {
    *blocks = unroll::emulator::Occupancy(Completed(unroll::emulator::device()), kernel, block_size, static_cast<int64_t>(shared_bytes));
    return cudaSuccess;
  });
}
