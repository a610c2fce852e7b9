// Who computes what of a recurrence: groups of rows, blocks of units, what of the weights stays in shared memory.
#ifndef UNROLL_KERNELS_CUDA_LAYOUT_H_
#define UNROLL_KERNELS_CUDA_LAYOUT_H_

#include <cstdint>

namespace unroll {
namespace cuda {

inline constexpr int kThreads = 256;
inline constexpr int kWarps = kThreads / 32;
// Gate rows and batch rows of the widest tile that a block multiplies at once: 4 · 16 and 4 · 8.
inline constexpr int kTileRows = 64;
inline constexpr int kTileBatch = 32;
// Numbers of a row of W_h or h that a block reads at once where not all stay: each warp has a block of 8.
inline constexpr int kChunk = 8 * kWarps;
// Doubles of shared memory in which the warps of a block join their parts of a sum or a maximum.
inline constexpr int kReductionDoubles = kWarps;
// Floats between two rows in shared memory beyond their length: rows that a warp reads at once then lie in different banks.
inline constexpr int kPad = 4;

// What of a GPU the layout depends on.
struct GpuLimits {
  int processors = 1;            // streaming multiprocessors
  int shared_bytes = 48 * 1024;  // that one block may have
  bool tensor_cores = false;     // TF32: compute capability 8.0
  // To guess how long something takes: multiply-adds, and bytes of its memory, in a millisecond.
  double products_ms = 1e9, bytes_ms = 1e9;
};

struct DirectionShape {
  int units, gates;
};

struct DirectionLayout {
  int blocks;       // of a group
  int block_units;  // units that a block owns
  int unit_tile;    // units whose gates it multiplies at once
};

struct Layout {
  int groups;    // that share no barrier
  int rows;      // of the batch in a group
  int row_tile;  // rows that are multiplied at once, a multiple of 8
  // Each block has its part of W_h in shared memory all the time, and reads h as a whole; else both come in chunks, at every step.
  bool resident;
  int64_t shared_bytes;
};

// Gate rows of a tile of so many units, in whole 16.
constexpr int TileRows(int gates, int unit_tile) { return (gates * unit_tile + 15) / 16 * 16; }

// For one direction or two that run at once, of which there are no more than processors; writes layouts[directions]. Every block of it can
// be resident at the same time.
Layout ChooseLayout(const GpuLimits& limits, const DirectionShape* shapes, int directions, int batch, DirectionLayout* layouts);

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_LAYOUT_H_
