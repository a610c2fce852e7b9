// The device and its errors: what is asked before and after everything else.
#include "native/kernels/cuda/emulator/runtime.h"

#include <cstdio>
#include <cstring>

#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

thread_local cudaError_t last_error = cudaSuccess;

struct ErrorText {
  cudaError_t error;
  const char *name, *text;
};
// The texts are the runtime's own.
constexpr ErrorText kErrors[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    {cudaErrorInvalidMemcpyDirection, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver", "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorNoKernelImageForDevice, "cudaErrorNoKernelImageForDevice", "no kernel image is available for execution on the device"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorIllegalState, "cudaErrorIllegalState", "the operation cannot be performed in the present state"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {cudaErrorLaunchOutOfResources, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    {cudaErrorLaunchTimeout, "cudaErrorLaunchTimeout", "the launch timed out and was terminated"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorCooperativeLaunchTooLarge, "cudaErrorCooperativeLaunchTooLarge", "too many blocks in cooperative launch"},
    {cudaErrorNotSupported, "cudaErrorNotSupported", "operation not supported"},
};

const ErrorText& TextOf(cudaError_t error) {
  static constexpr ErrorText kUnknown = {cudaErrorUnknown, "cudaErrorUnknown", "unknown error"};
  for (const ErrorText& entry : kErrors) {
    if (entry.error == error) return entry;
  }
  return kUnknown;
}

constexpr int kRegistersPerSm = 65536;

// -1: the device has no such attribute here.
int64_t AttributeOf(const Device& device, cudaDeviceAttr attribute) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      return 1024;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      return 48 << 10;
    case cudaDevAttrWarpSize:
      return 32;
    case cudaDevAttrMultiProcessorCount:
      return device.sms;
    case cudaDevAttrKernelExecTimeout:
      return device.watchdog ? 1 : 0;
    case cudaDevAttrIntegrated:
      return 0;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return device.threads_per_sm;
    case cudaDevAttrComputeCapabilityMajor:
      return device.major;
    case cudaDevAttrComputeCapabilityMinor:
      return device.minor;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      return device.shared_per_sm;
    case cudaDevAttrMaxRegistersPerMultiprocessor:
      return kRegistersPerSm;
    case cudaDevAttrCooperativeLaunch:
      return 1;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return device.shared_per_block;
    case cudaDevAttrMaxBlocksPerMultiprocessor:
      return device.blocks_per_sm;
    case cudaDevAttrReservedSharedMemoryPerBlock:
      return ReservedShared(device);
  }
  return -1;
}

}  // namespace

State& state() {
  static State state;
  return state;
}

cudaError_t Note(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

cudaError_t Usable() {
  const Device& settings = device();
  if (settings.driver < CUDART_VERSION) return cudaErrorInsufficientDriver;
  if (settings.devices == 0) return cudaErrorNoDevice;
  return state().lost;
}

bool Strikes(int64_t Counts::*count, int64_t planned) {
  const std::lock_guard lock(state().mutex);
  return ++(state().counts.*count) == planned;
}

}  // namespace emulator
}  // namespace unroll

using unroll::emulator::Call;
using unroll::emulator::Note;

const char* cudaGetErrorName(cudaError_t error) { return unroll::emulator::TextOf(error).name; }
const char* cudaGetErrorString(cudaError_t error) { return unroll::emulator::TextOf(error).text; }

cudaError_t cudaGetLastError() {
  const cudaError_t error = cudaPeekAtLastError();
  unroll::emulator::last_error = cudaSuccess;
  return error;
}

cudaError_t cudaPeekAtLastError() {
  const cudaError_t lost = unroll::emulator::state().lost;
  return lost != cudaSuccess ? lost : unroll::emulator::last_error;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = unroll::emulator::device().driver;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  return Call([&] {
    *count = unroll::emulator::device().devices;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return Call([] { return cudaSuccess; });
}

cudaError_t cudaSetDevice(int device) {
  return Call([&] { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return Call([&] {
    if (device != 0) return cudaErrorInvalidDevice;
    const int64_t found = unroll::emulator::AttributeOf(Completed(unroll::emulator::device()), attribute);
    if (found < 0) return cudaErrorInvalidValue;
    *value = static_cast<int>(found);
    return cudaSuccess;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return Call([&] {
    if (device != 0) return cudaErrorInvalidDevice;
    const unroll::emulator::Device all = Completed(unroll::emulator::device());
    *properties = {};
    std::snprintf(properties->name, sizeof properties->name, "Emulated device %d.%d", all.major, all.minor);
    properties->totalGlobalMem = static_cast<size_t>(all.memory);
    properties->sharedMemPerBlock = 48 << 10;
    properties->regsPerBlock = properties->regsPerMultiprocessor = unroll::emulator::kRegistersPerSm;
    properties->warpSize = 32;
    properties->maxThreadsPerBlock = 1024;
    properties->major = all.major;
    properties->minor = all.minor;
    properties->multiProcessorCount = all.sms;
    properties->maxThreadsPerMultiProcessor = all.threads_per_sm;
    properties->sharedMemPerMultiprocessor = static_cast<size_t>(all.shared_per_sm);
    properties->cooperativeLaunch = 1;
    properties->sharedMemPerBlockOptin = static_cast<size_t>(all.shared_per_block);
    properties->reservedSharedMemPerBlock = static_cast<size_t>(ReservedShared(all));
    properties->maxBlocksPerMultiProcessor = all.blocks_per_sm;
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceSynchronize() {
  return Call([] { return unroll::emulator::FinishAll(); });
}
