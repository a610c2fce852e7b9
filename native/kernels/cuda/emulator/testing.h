// For the emulator's own tests: a kernel run to its end, and memory of the emulated device.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_TESTING_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "native/kernels/cuda/emulator/device.h"
#include "native/kernels/cuda/gpu.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNROLL_TEST_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define UNROLL_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNROLL_TEST_ASAN 1
#elif __has_feature(thread_sanitizer)
#define UNROLL_TEST_TSAN 1
#endif
#endif

namespace unroll {
namespace emulator {

inline constexpr Order kOrders[] = {Order::kFifo, Order::kLifo, Order::kRandom};

// What was wrong with the kernel or refused by the runtime; nothing where all went well. The device works again afterwards.
template <class... P, class... A>
std::string RunKernel(void (*kernel)(P...), gpu::LaunchShape shape, A... args) {
  cudaStreamCreateWithFlags(&shape.stream, cudaStreamNonBlocking);
  cudaError_t error = gpu::Launch(kernel, shape, args...);
  if (error == cudaSuccess) error = cudaStreamSynchronize(shape.stream);
  cudaStreamDestroy(shape.stream);
  if (error == cudaSuccess) return "";
  const std::string wrong = fault();
  const Device settings = device();
  Reset();
  device() = settings;
  return wrong.empty() ? cudaGetErrorName(error) : wrong;
}

template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(int64_t count) : count_(count) { cudaMalloc(&data_, Bytes()); }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(static_cast<int64_t>(values.size())) {
    cudaMemcpy(data_, values.data(), Bytes(), cudaMemcpyHostToDevice);
  }
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::vector<T> Values() const {
    std::vector<T> values(static_cast<size_t>(count_));
    cudaMemcpy(values.data(), data_, Bytes(), cudaMemcpyDeviceToHost);
    return values;
  }

 private:
  size_t Bytes() const { return static_cast<size_t>(count_) * sizeof(T); }

  int64_t count_;
  T* data_ = nullptr;
};

inline bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_TESTING_H_
