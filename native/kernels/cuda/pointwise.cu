// What layers without a product do: a thread a number, or a block a row where an activation sees all of it. Bound by memory.
#include <algorithm>

#include "native/kernels/cuda/kernels.h"
#include "native/kernels/cuda/row_activation.h"

namespace unroll {
namespace cuda {
namespace {

constexpr int64_t kMostBlocks = 4096;

// Calls body(i) for i < n, each on one thread.
template <typename Body>
__device__ void ForEach(int64_t n, Body body) {
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += static_cast<int64_t>(gridDim.x) * kThreads) body(i);
}

// So many threads as there is work for, up to what fills any GPU.
gpu::LaunchShape ShapeFor(int64_t threads, cudaStream_t stream) {
  gpu::LaunchShape shape;
  shape.grid = dim3(static_cast<unsigned>(std::clamp<int64_t>((threads + kThreads - 1) / kThreads, 1, kMostBlocks)));
  shape.block = dim3(kThreads);
  shape.stream = stream;
  return shape;
}

__global__ void ActivateAll(Activation activation, float* v, int64_t n) {
  ForEach(n, [=](int64_t i) { v[i] = Activate(activation, v[i]); });
}

__global__ void __launch_bounds__(kThreads) ActivateRows(Activation activation, float* v, int64_t rows, int n) {
  gpu::Shared shared;
  double* scratch = shared.Take<double>(kReductionDoubles);
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) ActivateRow(activation, v + row * n, n, scratch);
}

__global__ void MergeInto(MergeMode mode, float* a, const float* b, int64_t n) {
  ForEach(n, [=](int64_t i) {
    a[i] = mode == MergeMode::kMul ? a[i] * b[i] : mode == MergeMode::kSum ? a[i] + b[i] : (a[i] + b[i]) / 2;
  });
}

__global__ void Embed(const int32_t* ids, int64_t count, const float* table, int64_t units, float* out, uint8_t* mask) {
  ForEach(count * units, [=](int64_t i) {
    const int32_t id = ids[i / units];
    out[i] = table[id * units + i % units];
    if (mask != nullptr && i % units == 0) mask[i / units] = id == 0 ? 0 : 1;
  });
}

// A thread a step: features are few where values are masked.
__global__ void MaskSteps(const float* x, int64_t steps, int64_t features, float value, float* out, uint8_t* mask) {
  ForEach(steps, [=](int64_t step) {
    const float* from = x + step * features;
    float* to = out + step * features;
    bool counts = false;
    for (int64_t k = 0; k < features; ++k) counts = counts || from[k] != value;
    for (int64_t k = 0; k < features; ++k) to[k] = counts ? from[k] : 0.0f;
    mask[step] = counts ? 1 : 0;
  });
}

__global__ void Repeat(const float* x, int64_t rows, int64_t features, int64_t times, float* out) {
  ForEach(rows * times * features, [=](int64_t i) { out[i] = x[i / (times * features) * features + i % features]; });
}

__global__ void FirstOfRows(const uint8_t* mask, int64_t rows, int timesteps, bool from_end, int* first) {
  ForEach(rows, [=](int64_t row) {
    int taken = 0;
    while (taken < timesteps && mask[row * timesteps + (from_end ? timesteps - 1 - taken : taken)] == 0) ++taken;
    first[row] = taken;
  });
}

}  // namespace

cudaError_t LaunchActivation(Activation activation, float* v, int64_t rows, int64_t n, cudaStream_t stream) {
  if (activation == Activation::kLinear) return cudaSuccess;
  if (!SeesWholeVector(activation)) return gpu::Launch(ActivateAll, ShapeFor(rows * n, stream), activation, v, rows * n);
  gpu::LaunchShape shape = ShapeFor(rows * kThreads, stream);
  shape.shared_bytes = kReductionDoubles * sizeof(double);
  return gpu::Launch(ActivateRows, shape, activation, v, rows, static_cast<int>(n));
}

cudaError_t LaunchMerge(MergeMode mode, float* a, const float* b, int64_t n, cudaStream_t stream) {
  return gpu::Launch(MergeInto, ShapeFor(n, stream), mode, a, b, n);
}

cudaError_t LaunchEmbed(const int32_t* ids, int64_t count, const float* table, int64_t units, float* out, uint8_t* mask,
                        cudaStream_t stream) {
  return gpu::Launch(Embed, ShapeFor(count * units, stream), ids, count, table, units, out, mask);
}

cudaError_t LaunchMasking(const float* x, int64_t steps, int64_t features, float value, float* out, uint8_t* mask, cudaStream_t stream) {
  return gpu::Launch(MaskSteps, ShapeFor(steps, stream), x, steps, features, value, out, mask);
}

cudaError_t LaunchRepeat(const float* x, int64_t rows, int64_t features, int64_t times, float* out, cudaStream_t stream) {
  return gpu::Launch(Repeat, ShapeFor(rows * times * features, stream), x, rows, features, times, out);
}

cudaError_t LaunchFirst(const uint8_t* mask, int64_t rows, int timesteps, bool from_end, int* first, cudaStream_t stream) {
  return gpu::Launch(FirstOfRows, ShapeFor(rows, stream), mask, rows, timesteps, from_end, first);
}

}  // namespace cuda
}  // namespace unroll
