// Chooses the layout of a recurrence. Untuned: the rules follow from what each choice costs, no GPU was there to measure them.
#include "native/kernels/cuda/layout.h"

#include <algorithm>

namespace unroll {
namespace cuda {
namespace {

// Gate rows of the smallest tile, twice the rows of the batch.
constexpr int kLeastTile = 16;

int Up(int64_t value, int64_t by) { return static_cast<int>((value + by - 1) / by); }
int Depth8(int units) { return Up(units, 8) * 8; }

// Gate rows that a block should have at the least: fewer leave tensor cores idle. With little to multiply more of them in a block cost
// less than the barrier between two.
int LeastRows(int depth) { return depth <= 128 ? kTileRows : 16; }

DirectionLayout Spread(const DirectionShape& shape, int blocks, int widest_tile) {
  DirectionLayout layout;
  const int least = std::max(1, std::min(LeastRows(Depth8(shape.units)), widest_tile) / shape.gates);
  layout.block_units = std::min(shape.units, std::max(Up(shape.units, blocks), least));
  layout.blocks = Up(shape.units, layout.block_units);
  layout.unit_tile = std::clamp(widest_tile / shape.gates, 1, layout.block_units);
  return layout;
}

// Bytes of shared memory of a block: weights, h, each warp's part of the sums, and what a reduction needs.
int64_t SharedBytes(const DirectionShape& shape, const DirectionLayout& layout, int row_tile, bool resident) {
  const int64_t tile = TileRows(shape.gates, layout.unit_tile), tiles = Up(layout.block_units, layout.unit_tile);
  const int64_t row = (resident ? Depth8(shape.units) : kChunk) + kPad, stages = resident ? 1 : 2;
  const int64_t weights = (resident ? tiles : stages) * tile * row;
  return 4 * (weights + stages * row_tile * row + kWarps * tile * row_tile) + 8 * kReductionDoubles;
}

int64_t SharedBytes(const DirectionShape* shapes, const DirectionLayout* layouts, int directions, int row_tile, bool resident) {
  int64_t most = 0;
  for (int d = 0; d < directions; ++d) most = std::max(most, SharedBytes(shapes[d], layouts[d], row_tile, resident));
  return most;
}

}  // namespace

Layout ChooseLayout(const GpuLimits& limits, const DirectionShape* shapes, int directions, int batch, DirectionLayout* layouts) {
  Layout layout;
  layout.resident = true;
  // Wide tiles multiply fastest, but the warps' parts of them take up to 64 KiB; what does not fit with these may with smaller ones.
  for (int tile = kTileRows; tile >= kLeastTile; tile /= 2) {
    // The more groups, the fewer rows of h does each block read at a step; but each group needs all weights in its blocks.
    for (int groups = std::min(Up(batch, 8), limits.processors / directions); groups >= 1; --groups) {
      layout.rows = Up(batch, groups);
      layout.groups = Up(batch, layout.rows);
      layout.row_tile = std::min(tile / 2, Up(layout.rows, 8) * 8);
      for (int d = 0; d < directions; ++d) layouts[d] = Spread(shapes[d], limits.processors / directions / layout.groups, tile);
      layout.shared_bytes = SharedBytes(shapes, layouts, directions, layout.row_tile, true);
      if (layout.shared_bytes <= limits.shared_bytes) return layout;
    }
  }
  // Streamed, a group more would read all weights once more. Wide tiles read h less often.
  layout.resident = false;
  layout.groups = 1;
  layout.rows = batch;
  for (int tile = kTileRows; tile >= kLeastTile; tile /= 2) {
    layout.row_tile = std::min(tile / 2, Up(batch, 8) * 8);
    for (int d = 0; d < directions; ++d) layouts[d] = Spread(shapes[d], limits.processors / directions, tile);
    layout.shared_bytes = SharedBytes(shapes, layouts, directions, layout.row_tile, false);
    if (layout.shared_bytes <= limits.shared_bytes) break;
  }
  return layout;
}

}  // namespace cuda
}  // namespace unroll
