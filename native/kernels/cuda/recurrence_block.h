// What a block of the recurrence multiplies, and how it waits for the others of its group. See recurrence.cu.
#ifndef UNROLL_KERNELS_CUDA_RECURRENCE_BLOCK_H_
#define UNROLL_KERNELS_CUDA_RECURRENCE_BLOCK_H_

#include "native/kernels/cuda/kernels.h"
#include "native/kernels/cuda/math.h"
#include "native/kernels/cuda/split.h"

// Which mistake is planted, for the tests of the tests; 0: none.
#ifndef UNROLL_PLANT
#define UNROLL_PLANT 0
#endif

namespace unroll {
namespace cuda {

constexpr int kTilesM = kTileRows / 16, kTilesN = kTileBatch / 8;

// A block's part, and its shared memory.
struct Block {
  const RecurrenceArgs& a;
  const DirectionArgs& d;
  int index;         // of the group's blocks
  int64_t row0;      // first row of the batch
  int rows;          // of the group
  int unit0, units;  // that this block owns
  int depth;         // Depth(H)
  int tile_rows;     // gate rows of a whole tile
  float *weights, *states, *parts;
  double* reduction;
  unsigned* arrived;  // at the group's barrier
  unsigned passed;    // barriers, times blocks

  // Which rows of h and W_h come as one: all columns, or a chunk.
  __device__ int span() const { return a.layout.resident ? depth : kChunk; }
  __device__ int stride() const { return span() + kPad; }
};

// Columns [first, first + count) of rows `from` [rows, depth] apart, into `to` with `stride` floats a row; count is a multiple of 4.
__device__ inline void CopyRows(float* to, int stride, const float* from, int64_t from_stride, int rows, int count) {
  const int quads = count / 4;
  for (int i = threadIdx.x; i < rows * quads; i += kThreads)
    gpu::CopyAsync16(to + i / quads * stride + i % quads * 4, from + i / quads * from_stride + i % quads * 4);
}

// Rows of W_h of the units [unit, unit + count), gate by gate `tile` rows apart, columns [first, first + columns).
__device__ inline void CopyWeights(const Block& b, float* to, int unit, int count, int first, int columns) {
  for (int gate = 0; gate < b.d.gates; ++gate) {
    CopyRows(to + gate * b.d.layout.unit_tile * b.stride(), b.stride(),
             b.d.recurrent + (static_cast<int64_t>(gate) * b.d.units + unit) * b.depth + first, b.depth, count, columns);
  }
}

using Sums = float[kTilesM][kTilesN][4];

// What of a tile is multiplied: 16-row tiles of gates [from, to), 8-row tiles of the batch.
struct Extent {
  int from, to, batch_tiles;
};

// sums += W_h [tiles·16, blocks·8] · h [batch tiles·8, blocks·8] turned; of the blocks of 8 columns every eighth, this warp's.
template <bool kTensor>
__device__ void Multiply(const Extent& extent, const float* w, const float* h, int stride, int blocks, Sums& sums) {
  const Lane lane;
  for (int block = static_cast<int>(threadIdx.x) / 32; block < blocks; block += kWarps) {
    if constexpr (kTensor) {
      const float* left = w + lane.row * stride + block * 8 + lane.depth();
      const float* right = h + lane.row * stride + block * 8 + lane.depth();
      Split<2> columns[kTilesN];
#pragma unroll
      for (int n = 0; n < kTilesN; ++n) {
        if (n >= extent.batch_tiles) break;
        columns[n].Take(0, right[n * 8 * stride]);
        columns[n].Take(1, right[n * 8 * stride + 4]);
      }
#pragma unroll
      for (int m = 0; m < kTilesM; ++m) {
        if (m < extent.from || m >= extent.to) continue;
        const float* from = left + m * 16 * stride;
        Split<4> rows;
        rows.Take(0, from[0]);
        rows.Take(1, from[8 * stride]);
        rows.Take(2, from[4]);
        rows.Take(3, from[8 * stride + 4]);
#pragma unroll
        for (int n = 0; n < kTilesN; ++n) {
          if (n >= extent.batch_tiles) break;
          gpu::Mma3xTf32(sums[m][n], rows.big, rows.small, columns[n].big, columns[n].small);
        }
      }
    } else {
      for (int k = block * 8; k < block * 8 + 8; ++k) {
#pragma unroll
        for (int m = 0; m < kTilesM; ++m) {
          if (m < extent.from || m >= extent.to) continue;
          const float top = w[(m * 16 + lane.row) * stride + k], bottom = w[(m * 16 + lane.row + 8) * stride + k];
#pragma unroll
          for (int n = 0; n < kTilesN; ++n) {
            if (n >= extent.batch_tiles) break;
            const float first = h[(n * 8 + lane.column) * stride + k], second = h[(n * 8 + lane.column + 1) * stride + k];
            sums[m][n][0] += top * first;
            sums[m][n][1] += top * second;
            sums[m][n][2] += bottom * first;
            sums[m][n][3] += bottom * second;
          }
        }
      }
    }
  }
}

// The warp's part of each sum, where all threads can add them up.
__device__ inline void StoreParts(const Block& b, const Extent& extent, const Sums& sums) {
  const Lane lane;
  float* own = b.parts + static_cast<int>(threadIdx.x) / 32 * b.tile_rows * b.a.layout.row_tile;
#pragma unroll
  for (int m = 0; m < kTilesM; ++m) {
    if (m < extent.from || m >= extent.to) continue;
#pragma unroll
    for (int n = 0; n < kTilesN; ++n) {
      if (n >= extent.batch_tiles) break;
#pragma unroll
      for (int i = 0; i < 4; ++i) own[(m * 16 + lane.row + i / 2 * 8) * b.a.layout.row_tile + n * 8 + lane.column + i % 2] = sums[m][n][i];
    }
  }
}

// Some gates of some units times a state of some rows: what a block does next.
struct Piece {
  int gate, gates;        // [gate, gate + gates)
  const float* state;     // [B, Depth(H)]
  int tile, unit, units;  // the unit tile, its first unit and their number
  int64_t row;            // the row tile's first row
  int rows;
};

// Columns [first, first + kChunk) of a tile's weights and states into a stage; a group of copies, once it is committed.
__device__ UNROLL_ONE_COPY inline void CopyChunk(const Block& b, const Piece& piece, int first, int stage) {
  const int columns = min(kChunk, b.depth - first);
  CopyWeights(b, b.weights + stage * b.tile_rows * b.stride(), piece.unit, piece.units, first, columns);
  CopyRows(b.states + stage * b.a.layout.row_tile * b.stride(), b.stride(), piece.state + piece.row * b.depth + first, b.depth, piece.rows,
           columns);
}

// Leaves the products in b.parts. In resident mode the state's rows are in shared memory already.
template <bool kTensor>
__device__ UNROLL_ONE_COPY void Products(const Block& b, const Piece& piece) {
  const int tile = b.d.layout.unit_tile;
  const Extent extent{piece.gate * tile / 16, ((piece.gate + piece.gates - 1) * tile + piece.units + 15) / 16, (piece.rows + 7) / 8};
  const bool resident = b.a.layout.resident;
  // Where the tile's weights stay, or the two stages through which chunks of them and of h come in turn.
  const float* weights = b.weights + (resident ? piece.tile * b.tile_rows * b.stride() : 0);
  const int stage_weights = b.tile_rows * b.stride(), stage_states = b.a.layout.row_tile * b.stride();
  if (!resident) {
    CopyChunk(b, piece, 0, 0);
    gpu::CommitCopies();
  }
  Sums sums = {};
  for (int first = 0, stage = 0; first < b.depth; first += b.span(), stage ^= 1) {
    if (!resident) {
      if (first + kChunk < b.depth) CopyChunk(b, piece, first + kChunk, stage ^ 1);
      gpu::CommitCopies();
      gpu::WaitCopies<1>();
      __syncthreads();
    }
    Multiply<kTensor>(extent, weights + stage * stage_weights, b.states + stage * stage_states, b.stride(),
                      min(b.span(), b.depth - first) / 8, sums);
    if (!resident) __syncthreads();
  }
  StoreParts(b, extent, sums);
  if (UNROLL_PLANT != 2) __syncthreads();
}

// The product of one gate, unit and row: the warps' parts in their order.
__device__ UNROLL_ONE_COPY inline float Product(const Block& b, const Piece& piece, int gate, int unit, int row) {
  const int at = (gate * b.d.layout.unit_tile + unit) * b.a.layout.row_tile + row;
  float sum = 0;
  for (int warp = 0; warp < kWarps; ++warp) sum += b.parts[warp * b.tile_rows * b.a.layout.row_tile + at];
  if (sum == sum) return sum;
  // Tensor cores make NaN of operands that are not finite where infinity may belong: as float32 has it.
  gpu::CountRare();
  sum = 0;
  const float* w = b.d.recurrent + (static_cast<int64_t>(gate) * b.d.units + piece.unit + unit) * b.depth;
  const float* state = piece.state + (piece.row + row) * b.depth;
  for (int k = 0; k < b.d.units; ++k) sum += w[k] * gpu::LoadL2(state + k);
  return sum;
}

// Calls use(piece, unit in tile, row in tile) for each unit of the block and row of the group, its product being there.
template <typename Use>
__device__ void ForProducts(const Block& b, int gate, int gates, const float* state, Use use) {
  const int row_tile = b.a.layout.row_tile, tile = b.d.layout.unit_tile;
  for (int first = 0; first < b.rows; first += row_tile) {
    Piece piece{gate, gates, state, 0, 0, 0, b.row0 + first, min(row_tile, b.rows - first)};
    if (b.a.layout.resident) {
      CopyRows(b.states, b.stride(), state + piece.row * b.depth, b.depth, piece.rows, b.depth);
      gpu::CommitCopies();
      if (UNROLL_PLANT != 3) gpu::WaitCopies<0>();
      __syncthreads();
    }
    for (int at = 0; at < b.units; at += tile) {
      piece.tile = at / tile;
      piece.unit = b.unit0 + at;
      piece.units = min(tile, b.units - at);
      if (b.a.tensor_cores)
        Products<true>(b, piece);
      else
        Products<false>(b, piece);
      for (int i = threadIdx.x; i < piece.units * piece.rows; i += kThreads) use(piece, i % piece.units, i / piece.units);
      // Parts and states are overwritten next.
      __syncthreads();
    }
  }
}

// All blocks of the group have come here, and what they wrote is seen.
__device__ inline void GroupBarrier(Block* b) {
  __syncthreads();
  if (b->d.layout.blocks == 1) return;
  b->passed += b->d.layout.blocks;
  if (threadIdx.x == 0) {
    gpu::Signal(b->arrived);
    while (gpu::LoadAcquire(b->arrived) < b->passed) {
    }
  }
  __syncthreads();
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_RECURRENCE_BLOCK_H_
