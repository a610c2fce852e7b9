// out = a · w + bias for any sizes: input projections x·K + b, and Dense layers.
//
// A block of 256 threads computes a tile of 128 × 64; 16 columns of depth at a time come into shared memory, copied behind the threads'
// back while those before are multiplied. Each of its 8 warps owns 32 × 32 of the tile: 2 · 4 fragments of 16 × 8 by 3×TF32, or the same
// numbers by float32 FMA where there are no tensor cores for it, or by one product of TF32 where that was asked for. In shared memory the rows of `a` are 20 floats apart and those of `w` 72:
// what a warp reads at once lies in 32 different banks.
//   shared: a [2, 128, 20], w [2, 16, 72], where the rows begin: 30 KiB      barriers: two a stage, of the block; blocks never wait for each other
// Expected, from the figures of an H100: 4096 × 2048 × 256 (LSTM 32×128×256×512) is 13 GFLOP in three products of TF32, 0.05 ms at a
// third of the tensor cores' peak; its output of 34 MB takes 0.02 ms to write. Not measured.
#include "native/kernels/cuda/kernels.h"
#include "native/kernels/cuda/math.h"
#include "native/kernels/cuda/split.h"

// Which mistake is planted, for the tests of the tests; 0: none.
#ifndef UNROLL_PLANT
#define UNROLL_PLANT 0
#endif

namespace unroll {
namespace cuda {
namespace {

constexpr int kRows = 128, kColumns = 64, kDeep = 16;
constexpr int kStrideA = kDeep + 4, kStrideW = kColumns + 8;

__device__ inline int64_t OffsetOf(const GemmArgs& g, int64_t row) {
  return row / g.inner * g.outer_stride + row % g.inner * g.inner_stride;
}

// Four numbers of one row, of which `valid` exist: at once where both sides are aligned, else one by one, zeros behind the last.
__device__ inline void CopyFour(float* to, const float* from, int64_t valid, bool aligned) {
  if (aligned && valid >= 4) return gpu::CopyAsync16(to, from);
  for (int i = 0; i < 4; ++i) {
    if (i < valid)
      gpu::CopyAsync4(to + i, from + i);
    else
      to[i] = 0.0f;
  }
}

struct Stage {
  float* a;  // [kRows, kStrideA]
  float* w;  // [kDeep, kStrideW]
};

// A block's tile of the result.
struct Tile {
  int64_t row0;
  int column0;
  const int64_t* offsets;  // [kRows], shared: where the rows begin; a division for each copy would take longer than the copy
  bool aligned_a, aligned_w;
};

// Columns [k, k + kDeep) of the tile's rows, and the same rows of its columns.
__device__ UNROLL_ONE_COPY void CopyStage(const GemmArgs& g, const Tile& t, const Stage& stage, int k) {
  for (int i = threadIdx.x; i < kRows * kDeep / 4; i += kThreads) {
    const int row = i / (kDeep / 4), at = i % (kDeep / 4) * 4;
    const int64_t valid = t.row0 + row < g.end ? g.depth - k - at : 0;
    CopyFour(stage.a + row * kStrideA + at, g.a + (valid > 0 ? t.offsets[row] + k + at : 0), valid, t.aligned_a);
  }
  for (int i = threadIdx.x; i < kDeep * kColumns / 4; i += kThreads) {
    const int row = i / (kColumns / 4), at = i % (kColumns / 4) * 4;
    const int64_t valid = k + row < g.depth ? g.columns - t.column0 - at : 0;
    CopyFour(stage.w + row * kStrideW + at, g.w + (valid > 0 ? static_cast<int64_t>(k + row) * g.columns + t.column0 + at : 0), valid,
             t.aligned_w);
  }
}

template <Precision kPrecision, int N>
__device__ inline void Take(Split<N>& split, int k, float x) {
  if constexpr (kPrecision == Precision::kTf32)
    split.Round(k, x);
  else
    split.Take(k, x);
}

// sums += the warp's 32 × 32 of one stage.
template <Precision kPrecision>
__device__ void Multiply(const Stage& stage, int row0, int column0, float (&sums)[2][4][4]) {
  const Lane lane;
  for (int k = 0; k < kDeep; k += 8) {
    const float* a = stage.a + (row0 + lane.row) * kStrideA + k;
    const float* w = stage.w + k * kStrideW + column0;
    if constexpr (kPrecision != Precision::kFloat32) {
      const int z = lane.depth();
      Split<2> right[4];
#pragma unroll
      for (int n = 0; n < 4; ++n) {
        Take<kPrecision>(right[n], 0, w[z * kStrideW + n * 8 + lane.row]);
        Take<kPrecision>(right[n], 1, w[(z + 4) * kStrideW + n * 8 + lane.row]);
      }
#pragma unroll
      for (int m = 0; m < 2; ++m) {
        const float* rows = a + m * 16 * kStrideA + z;
        Split<4> left;
        Take<kPrecision>(left, 0, rows[0]);
        Take<kPrecision>(left, 1, rows[8 * kStrideA]);
        Take<kPrecision>(left, 2, rows[4]);
        Take<kPrecision>(left, 3, rows[8 * kStrideA + 4]);
#pragma unroll
        for (int n = 0; n < 4; ++n) {
          if constexpr (kPrecision == Precision::kTf32)
            gpu::MmaTf32(sums[m][n], left.big, right[n].big);
          else
            gpu::Mma3xTf32(sums[m][n], left.big, left.small, right[n].big, right[n].small);
        }
      }
    } else {
      for (int kk = 0; kk < 8; ++kk) {
#pragma unroll
        for (int m = 0; m < 2; ++m) {
          const float top = a[m * 16 * kStrideA + kk], bottom = a[(m * 16 + 8) * kStrideA + kk];
#pragma unroll
          for (int n = 0; n < 4; ++n) {
            const float* right = w + kk * kStrideW + n * 8 + lane.column;
            sums[m][n][0] += top * right[0];
            sums[m][n][1] += top * right[1];
            sums[m][n][2] += bottom * right[0];
            sums[m][n][3] += bottom * right[1];
          }
        }
      }
    }
  }
}

// One sum as float32 has it: of operands that are not finite tensor cores make NaN where infinity belongs.
__device__ UNROLL_ONE_COPY float Exact(const GemmArgs& g, int64_t row, int column) {
  gpu::CountRare();
  const float* a = g.a + OffsetOf(g, row);
  float sum = 0;
  for (int k = 0; k < g.depth; ++k) sum += a[k] * g.w[static_cast<int64_t>(k) * g.columns + column];
  return sum;
}

__device__ UNROLL_ONE_COPY void Write(const GemmArgs& g, int64_t row, int column, float sum) {
  if (row >= g.end || column >= g.columns) return;
  // What was rounded to infinity is computed anew, too.
  if (sum - sum != 0) sum = Exact(g, row, column);
  g.out[row * g.columns + column] = sum + (g.bias == nullptr ? 0.0f : g.bias[column]);
}

template <Precision kPrecision>
__global__ void __launch_bounds__(kThreads) Gemm(const __grid_constant__ GemmArgs g) {
  gpu::Shared shared;
  Stage stages[2];
  for (Stage& stage : stages) {
    stage.a = shared.Take<float>(kRows * kStrideA);
    stage.w = shared.Take<float>(kDeep * kStrideW);
  }
  int64_t* offsets = shared.Take<int64_t>(kRows);
  const Tile t{g.first + static_cast<int64_t>(blockIdx.y) * kRows, static_cast<int>(blockIdx.x) * kColumns, offsets,
               g.inner_stride % 4 == 0 && g.outer_stride % 4 == 0 && reinterpret_cast<uintptr_t>(g.a) % 16 == 0,
               g.columns % 4 == 0 && reinterpret_cast<uintptr_t>(g.w) % 16 == 0};
  for (int i = threadIdx.x; i < kRows; i += kThreads) offsets[i] = OffsetOf(g, t.row0 + i);
  __syncthreads();
  const int warp = static_cast<int>(threadIdx.x) / 32, own_row = warp / 2 * 32, own_column = warp % 2 * 32;
  // Nothing to multiply where the warp's part lies beyond the result; it copies and waits all the same.
  const bool works = t.row0 + own_row < g.end && t.column0 + own_column < g.columns;
  float sums[2][4][4] = {};
  CopyStage(g, t, stages[0], 0);
  gpu::CommitCopies();
  for (int k = 0, turn = 0; k < g.depth; k += kDeep, turn ^= 1) {
    if (k + kDeep < g.depth) CopyStage(g, t, stages[turn ^ 1], k + kDeep);
    gpu::CommitCopies();
    gpu::WaitCopies<1>();
    __syncthreads();
    if (works) Multiply<kPrecision>(stages[turn], own_row, own_column, sums);
    // The stage is overwritten next.
    if (UNROLL_PLANT != 1) __syncthreads();
  }
  if (!works) return;
  const Lane lane;
#pragma unroll
  for (int m = 0; m < 2; ++m) {
#pragma unroll
    for (int n = 0; n < 4; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i)
        Write(g, t.row0 + own_row + m * 16 + lane.row + i / 2 * 8, t.column0 + own_column + n * 8 + lane.column + i % 2, sums[m][n][i]);
    }
  }
}

}  // namespace

static_assert(kMostGemmRows <= int64_t{65535} * kRows);

cudaError_t LaunchGemm(const GemmArgs& args, Precision precision, cudaStream_t stream) {
  constexpr void (*kKernels[])(GemmArgs) = {Gemm<Precision::kFloat32>, Gemm<Precision::kSplit>, Gemm<Precision::kTf32>};
  gpu::LaunchShape shape;
  shape.grid = dim3(static_cast<unsigned>((args.columns + kColumns - 1) / kColumns),
                    static_cast<unsigned>((args.end - args.first + kRows - 1) / kRows));
  shape.block = dim3(kThreads);
  shape.shared_bytes = 2 * sizeof(float) * (kRows * kStrideA + kDeep * kStrideW) + sizeof(int64_t) * kRows;
  shape.stream = stream;
  return gpu::Launch(kKernels[static_cast<int>(precision)], shape, args);
}

cudaError_t FindImage() {
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes, Gemm<Precision::kFloat32>);
}

}  // namespace cuda
}  // namespace unroll
