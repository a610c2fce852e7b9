// What the kernels take, and the functions that launch them. All pointers are to memory of the GPU.
#ifndef UNROLL_KERNELS_CUDA_KERNELS_H_
#define UNROLL_KERNELS_CUDA_KERNELS_H_

#include <cstdint>

#include "native/core/spec.h"
#include "native/kernels/cuda/layout.h"
#include "native/kernels/cuda/runtime.h"

namespace unroll {
namespace cuda {

// Rows that one launch may have.
inline constexpr int64_t kMostGemmRows = int64_t{1} << 22;

// out = a · w + bias, of rows [first, end), at most kMostGemmRows.
struct GemmArgs {
  // [rows, depth]; row m begins at a + m / inner · outer_stride + m % inner · inner_stride.
  const float* a;
  int64_t first, end, inner, outer_stride, inner_stride;
  int depth;
  const float* w;     // [depth, columns]
  const float* bias;  // [columns], or null
  int columns;
  float* out;  // [rows, columns]; may not alias a
};

// Columns of a row of W_h and of a state: whole blocks of the tensor cores' 8.
constexpr int Depth(int64_t units) { return static_cast<int>((units + 7) / 8 * 8); }

// One recurrent layer in one direction.
struct DirectionArgs {
  Cell cell;
  Activation activation, recurrent_activation;
  bool reset_after, zero_output, sequences;
  bool whole;  // an activation sees all units at once
  int units, gates;
  const float* recurrent;       // [G·H, Depth(H)]: W_h turned, zeros beyond H
  const float* recurrent_bias;  // [3·H] of a GRU with reset_after, or null
  float* projected;             // [steps, B, G·H]: x·K + b; a GRU without reset_after keeps its z there
  float* h;                     // [2, B, Depth(H)], of the step before and of this one in turn; zeros beyond H
  float* c;                     // [B, H], LSTM only
  float* reset;                 // [B, Depth(H)]: r∘h of a GRU without reset_after; zeros beyond H
  float* sums;                  // [B, G·H], of activations that see all units
  const uint8_t* mask;          // [B, T], or null
  bool mask_from_end;           // the step that is taken first is the last of the mask
  const int* first;             // [B]: the first step taken that counts; only with a mask
  // What step s of row b gives goes to out + b·out_row + s·out_step; without sequences what the last one gives, to out + b·out_row.
  float* out;
  int64_t out_row, out_step;
  float* traces[6];   // [B, T, H] each, as DirectionTask::traces; the first null: not captured
  unsigned* arrived;  // [groups], zeros: how often a block has reached its group's barrier
  DirectionLayout layout;
};

// `steps` steps from `first_step`, in the order in which they are taken, of one layer or of both directions of a Bidirectional.
struct RecurrenceArgs {
  DirectionArgs direction[2];
  int directions;
  int batch, timesteps, first_step, steps;
  bool tensor_cores;
  Layout layout;
};

// How float32 numbers are multiplied: as they are; by tensor cores, each as the sum of two (split.h); by tensor cores once, rounded to the
// 10 bits that these keep, which is off by about 2^-10 of a product.
enum class Precision { kFloat32, kSplit, kTf32 };

[[nodiscard]] cudaError_t LaunchGemm(const GemmArgs& args, Precision precision, cudaStream_t stream);
[[nodiscard]] cudaError_t LaunchRecurrence(const RecurrenceArgs& args, cudaStream_t stream);
// Does the GPU run the code of this build?
[[nodiscard]] cudaError_t FindImage();

// v[rows, n], in place.
[[nodiscard]] cudaError_t LaunchActivation(Activation activation, float* v, int64_t rows, int64_t n, cudaStream_t stream);
// a[n] with b[n] into a.
[[nodiscard]] cudaError_t LaunchMerge(MergeMode mode, float* a, const float* b, int64_t n, cudaStream_t stream);
// out[i, :] = table[ids[i], :]; mask[i] = ids[i] != 0, where it is not null.
[[nodiscard]] cudaError_t LaunchEmbed(const int32_t* ids, int64_t count, const float* table, int64_t units, float* out, uint8_t* mask,
                                      cudaStream_t stream);
// A step counts where any feature differs from value; the others become 0. x, out: [steps, features]; mask: [steps].
[[nodiscard]] cudaError_t LaunchMasking(const float* x, int64_t steps, int64_t features, float value, float* out, uint8_t* mask,
                                        cudaStream_t stream);
// out[row, k, :] = x[row, :] for k < times. x: [rows, features].
[[nodiscard]] cudaError_t LaunchRepeat(const float* x, int64_t rows, int64_t features, int64_t times, float* out, cudaStream_t stream);
// first[row]: the first step taken that counts, `timesteps` where none does. mask: [rows, timesteps].
[[nodiscard]] cudaError_t LaunchFirst(const uint8_t* mask, int64_t rows, int timesteps, bool from_end, int* first, cudaStream_t stream);

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_KERNELS_H_
