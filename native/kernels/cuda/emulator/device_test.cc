// The settings of the emulated device and what the host code is told of it.
#include "native/kernels/cuda/emulator/device.h"

#include <cstdlib>
#include <cstring>

#include "native/kernels/cuda/emulator/testing.h"
#include "native/test/check.h"

namespace unroll {
namespace emulator {
namespace {

TEST(settings_are_read) {
  Device device;
  CHECK(Configure("sms=4,shared=100K,memory=64M,capability=8.6,order=random,seed=7,lose=launch:3,oom=malloc:5,driver=12040", &device) ==
        "");
  CHECK(device.sms == 4 && device.shared_per_sm == 100 << 10 && device.memory == 64 << 20 && device.major == 8 && device.minor == 6);
  CHECK(device.order == Order::kRandom && device.seed == 7 && device.lost_launch == 3 && device.failed_malloc == 5);
  CHECK(device.lost_copy == 0 && device.failed_host_malloc == 0 && device.driver == 12040);
  CHECK(Configure("block-shared=48K,threads=1024,blocks=16,registers=128,watchdog=1,lazy=0,devices=0", &device) == "");
  CHECK(device.shared_per_block == 48 << 10 && device.threads_per_sm == 1024 && device.blocks_per_sm == 16 && device.registers == 128);
  CHECK(device.watchdog && !device.lazy && device.devices == 0);
  CHECK(Configure("lose=copy:2,oom=host:1,memory=3G,order=lifo,capability=12.0", &device) == "");
  CHECK(device.lost_copy == 2 && device.failed_host_malloc == 1 && device.memory == int64_t{3} << 30 && device.order == Order::kLifo);
  CHECK(device.major == 12 && device.minor == 0 && device.lost_launch == 3);
  CHECK(Configure("", &device) == "");
}

TEST(what_is_no_setting_is_said) {
  for (const char* wrong : {"sms", "sms=", "sms=x", "sms=-1", "sms=4x", "sms=4KK", "colour=red", "order=up", "capability=8", "lose=3",
                            "lose=malloc:3", "oom=launch:1", "oom=malloc:", "watchdog=2", "memory=99999999999G", "sms=99999999999"}) {
    Device device;
    test::Context() = wrong;
    CHECK(Contains(Configure(wrong, &device), wrong));
    CHECK(Contains(Configure(std::string("seed=2,") + wrong, &device), wrong));
  }
}

TEST(the_environment_gives_the_device) {
  setenv("UNROLL_CUDA_EMULATOR_DEVICE", "sms=9,order=lifo", 1);
  Reset();
  CHECK(device().sms == 9 && device().order == Order::kLifo);
  unsetenv("UNROLL_CUDA_EMULATOR_DEVICE");
  Reset();
  CHECK(device().sms == Device().sms && device().order == Order::kFifo);
}

int Attribute(cudaDeviceAttr attribute) {
  int value = -1;
  CHECK(cudaDeviceGetAttribute(&value, attribute, 0) == cudaSuccess);
  return value;
}

TEST(a_capability_brings_its_limits) {
  const struct {
    int major, minor, shared, optin, threads, blocks;
  } kKnown[] = {{7, 5, 64, 64, 1024, 16},   {8, 0, 164, 163, 2048, 32},  {8, 6, 100, 99, 1536, 16}, {8, 9, 100, 99, 1536, 24},
                {9, 0, 228, 227, 2048, 32}, {10, 0, 228, 227, 2048, 32}, {12, 0, 100, 99, 1536, 24}};
  for (const auto& known : kKnown) {
    Reset();
    device().major = known.major;
    device().minor = known.minor;
    CHECK(Attribute(cudaDevAttrComputeCapabilityMajor) == known.major && Attribute(cudaDevAttrComputeCapabilityMinor) == known.minor);
    CHECK(Attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor) == known.shared << 10);
    CHECK(Attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin) == known.optin << 10);
    CHECK(Attribute(cudaDevAttrMaxThreadsPerMultiProcessor) == known.threads);
    CHECK(Attribute(cudaDevAttrMaxBlocksPerMultiprocessor) == known.blocks);
    cudaDeviceProp properties;
    CHECK(cudaGetDeviceProperties(&properties, 0) == cudaSuccess);
    CHECK(properties.major == known.major && properties.sharedMemPerBlockOptin == static_cast<size_t>(known.optin) << 10);
    CHECK(std::strlen(properties.name) > 0 && properties.multiProcessorCount == Attribute(cudaDevAttrMultiProcessorCount));
  }
  Reset();
  CHECK(Attribute(cudaDevAttrCooperativeLaunch) == 1 && Attribute(cudaDevAttrKernelExecTimeout) == 0);
  device().watchdog = true;
  CHECK(Attribute(cudaDevAttrKernelExecTimeout) == 1);
  int value = 0;
  CHECK(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 1) == cudaErrorInvalidDevice);
  CHECK(cudaSetDevice(0) == cudaSuccess && cudaSetDevice(1) == cudaErrorInvalidDevice);
  Reset();
}

__global__ void Nothing() {}

TEST(no_device_old_driver_and_no_image_are_answered_as_by_the_runtime) {
  int count = -1, version = 0;
  void* memory = nullptr;
  device().driver = 12040;
  CHECK(cudaGetDeviceCount(&count) == cudaErrorInsufficientDriver && count == 0);
  CHECK(cudaMalloc(&memory, 4) == cudaErrorInsufficientDriver && cudaGetLastError() == cudaErrorInsufficientDriver);
  CHECK(cudaDriverGetVersion(&version) == cudaSuccess && version == 12040);
  CHECK(cudaRuntimeGetVersion(&version) == cudaSuccess && version == 13000);
  device().driver = 0;
  CHECK(cudaGetDeviceCount(&count) == cudaErrorInsufficientDriver);
  CHECK(cudaDriverGetVersion(&version) == cudaSuccess && version == 0);
  Reset();
  device().devices = 0;
  CHECK(cudaGetDeviceCount(&count) == cudaErrorNoDevice && cudaSetDevice(0) == cudaErrorNoDevice);
  Reset();
  CHECK(cudaGetDeviceCount(&count) == cudaSuccess && count == 1);
  device().major = 7;
  device().minor = 0;
  cudaFuncAttributes attributes;
  CHECK(cudaFuncGetAttributes(&attributes, Nothing) == cudaErrorNoKernelImageForDevice);
  CHECK(RunKernel(Nothing, {dim3(1), dim3(1)}) == "cudaErrorNoKernelImageForDevice");
  device().minor = 5;
  CHECK(cudaFuncGetAttributes(&attributes, Nothing) == cudaSuccess && attributes.numRegs == 64);
  CHECK(RunKernel(Nothing, {dim3(1), dim3(1)}) == "");
  Reset();
}

TEST(errors_have_their_names) {
  CHECK(std::strcmp(cudaGetErrorName(cudaErrorMemoryAllocation), "cudaErrorMemoryAllocation") == 0);
  CHECK(std::strcmp(cudaGetErrorString(cudaErrorMemoryAllocation), "out of memory") == 0);
  CHECK(std::strcmp(cudaGetErrorName(static_cast<cudaError_t>(998)), "cudaErrorUnknown") == 0);
}

int Blocks(int threads, size_t shared) {
  int blocks = -1;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, Nothing, threads, shared) == cudaSuccess);
  return blocks;
}

TEST(occupancy_is_what_threads_registers_blocks_and_shared_memory_allow) {
  Reset();  // 8.9: 1536 threads, 24 blocks, 100 KiB, 64 registers a thread: 1024 threads
  CHECK(Blocks(256, 0) == 4 && Blocks(1024, 0) == 1 && Blocks(32, 0) == 24 && Blocks(33, 0) == 16 && Blocks(1025, 0) == 0);
  device().registers = 32;
  CHECK(Blocks(256, 0) == 6 && Blocks(1024, 0) == 1 && Blocks(512, 0) == 3);
  device().registers = 255;
  CHECK(Blocks(256, 0) == 1 && Blocks(512, 0) == 0);
  device().registers = 64;
  // Each block takes 1 KiB more, in steps of 128 bytes.
  CHECK(Blocks(128, 24 << 10) == 4 && Blocks(128, (24 << 10) + 1) == 3 && Blocks(128, 48 << 10) == 2);
  // What the kernel was not given it cannot have.
  CHECK(Blocks(128, 49 << 10) == 0);
  CHECK(cudaFuncSetAttribute(Nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 99 << 10) == cudaSuccess);
  CHECK(Blocks(128, 49 << 10) == 2 && Blocks(128, (49 << 10) + 1) == 1 && Blocks(128, 99 << 10) == 1);
  CHECK(cudaFuncSetAttribute(Nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, (99 << 10) + 1) == cudaErrorInvalidValue);
  CHECK(cudaFuncSetAttribute(Nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 48 << 10) == cudaSuccess);
  device().major = 7;
  device().minor = 5;
  CHECK(Blocks(128, 32 << 10) == 2 && Blocks(256, 0) == 4 && Blocks(32, 0) == 16);
  Reset();
}

TEST(a_cooperative_launch_of_more_than_is_resident_is_refused) {
  Reset();
  device().sms = 3;
  const auto launch = [](unsigned blocks, unsigned threads, size_t shared) {
    return RunKernel(Nothing, {dim3(blocks), dim3(threads), shared, nullptr, true});
  };
  CHECK(launch(12, 256, 0) == "" && launch(13, 256, 0) == "cudaErrorCooperativeLaunchTooLarge");
  CHECK(launch(3, 64, 99 << 10) == "" && launch(4, 64, 99 << 10) == "cudaErrorCooperativeLaunchTooLarge");
  CHECK(RunKernel(Nothing, {dim3(500), dim3(256)}) == "");
  Reset();
}

TEST(launches_that_no_device_takes_are_refused) {
  CHECK(RunKernel(Nothing, {dim3(0), dim3(32)}) == "cudaErrorInvalidConfiguration");
  CHECK(RunKernel(Nothing, {dim3(1), dim3(0)}) == "cudaErrorInvalidConfiguration");
  CHECK(RunKernel(Nothing, {dim3(1), dim3(1025)}) == "cudaErrorInvalidConfiguration");
  CHECK(RunKernel(Nothing, {dim3(1), dim3(1, 1, 65)}) == "cudaErrorInvalidConfiguration");
  CHECK(RunKernel(Nothing, {dim3(1, 65536), dim3(1)}) == "cudaErrorInvalidConfiguration");
  CHECK(RunKernel(Nothing, {dim3(1), dim3(32), 100 << 10}) == "cudaErrorInvalidValue");
  device().registers = 255;
  CHECK(RunKernel(Nothing, {dim3(1), dim3(1024)}) == "cudaErrorLaunchOutOfResources");
  // More than the usual 48 KiB has to be asked for first; gpu::Launch does.
  Reset();
  cudaLaunchConfig_t config = {};
  config.dynamicSmemBytes = (48 << 10) + 1;
  cudaFuncSetAttribute(Nothing, cudaFuncAttributeMaxDynamicSharedMemorySize, 48 << 10);
  CHECK(cudaLaunchKernelEx(&config, Nothing) == cudaErrorInvalidValue);
  CHECK(RunKernel(Nothing, {dim3(1), dim3(32), (48 << 10) + 1}) == "");
}

}  // namespace
}  // namespace emulator
}  // namespace unroll
