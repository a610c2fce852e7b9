// The steps of a recurrent layer, up to 512 a launch, for both directions of a Bidirectional at once: one kernel for every cell, activation,
// mask and size.
//
// Who computes what. The blocks of a direction form groups; a group has rows of the batch for itself, and its blocks share the units: one
// owns all gates of its units. At every step a block multiplies its rows of W_h, [gates·units, H], with h of the group's rows, [rows, H]
// turned, in tiles of up to 64 × 32, of which each warp takes every eighth block of 8 columns; the warps' parts are added in shared memory,
// and a thread has the gates of one unit and row together: activations, state, output, traces.
//   h, twice [B, Depth(H)] in global memory (L2), of the step before and of this one in turn: what others write is read past L1
//   W_h, turned: in shared memory all the time where a group's blocks hold it (layout.resident), else in chunks of 64 columns, as h is,
//   copied while those before are multiplied; c, r∘h, sums: in global memory, each number is one thread's, or is read after a barrier
//   shared: W_h tiles, h, the warps' parts: chosen by ChooseLayout, up to what a block may have
// Barriers. One of a group's blocks after each step, and one more inside a step that needs other blocks' numbers: r∘h of a GRU without
// reset_after, the sums of an activation that sees all units. A counter a group: each block adds 1 (release) and waits until it has
// blocks·n (acquire) at the n-th.
// Why it cannot deadlock. The launch is cooperative: all blocks are resident or it is refused. Every block of a group passes the same
// barriers in the same order: their number depends on the arguments alone, and no block leaves early. A cancel is seen between launches.
// Expected, from the figures of an H100 (not measured): LSTM 32×128×256×512, 4 groups of 32 blocks, 16 units each: 128 KiB of W_h stay; a
// step reads 16 KiB of h a block from L2 (0.7 µs), multiplies 0.2 µs and passes a barrier (1 µs): 2.5 µs, 0.32 ms for all. Streamed, a step
// takes as long as W_h from memory: 80 µs for an LSTM of 4096.
#include "native/kernels/cuda/recurrence_whole.h"

namespace unroll {
namespace cuda {
namespace {

// A step of activations that see a number at a time.
__device__ void Step(Block* b, int step) {
  const DirectionArgs& d = b->d;
  const Block& own = *b;
  const float* h = d.h + (b->a.first_step + step) % 2 * b->a.batch * static_cast<int64_t>(b->depth);
  const bool before = d.cell == Cell::kGru && !d.reset_after;
  if (before) {
    // z and r stay where their projections were, for the same thread.
    ForProducts(own, 0, 2, h, [&](const Piece& piece, int unit, int row) {
      const Place p{own, piece.row + row, piece.unit + unit, step};
      float gates[2];
      for (int gate = 0; gate < 2; ++gate) {
        gates[gate] = Activate(d.recurrent_activation, *p.Gate(gate) + Product(own, piece, gate, unit, row));
        *p.Gate(gate) = gates[gate];
      }
      gpu::StoreL2(d.reset + p.InState(), gates[1] * gpu::LoadL2(h + p.InState()));
    });
    GroupBarrier(b);
  }
  ForProducts(own, before ? 2 : 0, before ? 1 : d.gates, before ? d.reset : h, [&](const Piece& piece, int unit, int row) {
    const Place p{own, piece.row + row, piece.unit + unit, step};
    Advance(p, [&](int gate) { return Product(own, piece, gate, unit, row); });
  });
  if (UNROLL_PLANT != 4) GroupBarrier(b);
}

// This block's part; W_h comes into shared memory where it stays.
__device__ Block Begin(const RecurrenceArgs& args) {
  const int blocks = args.direction[0].layout.blocks * args.layout.groups;
  const int direction = static_cast<int>(blockIdx.x) < blocks ? 0 : 1, at = static_cast<int>(blockIdx.x) - direction * blocks;
  const DirectionArgs& d = args.direction[direction];
  const int group = at / d.layout.blocks;
  Block b{args, d, 0, 0, 0, 0, 0, 0, 0, nullptr, nullptr, nullptr, nullptr, nullptr, 0};
  b.index = at % d.layout.blocks;
  b.row0 = static_cast<int64_t>(group) * args.layout.rows;
  b.rows = min(args.layout.rows, args.batch - static_cast<int>(b.row0));
  b.unit0 = b.index * d.layout.block_units;
  b.units = min(d.layout.block_units, d.units - b.unit0);
  b.depth = Depth(d.units);
  b.tile_rows = TileRows(d.gates, d.layout.unit_tile);
  b.arrived = d.arrived + group;
  gpu::Shared shared;
  const int tiles = (d.layout.block_units + d.layout.unit_tile - 1) / d.layout.unit_tile, stages = args.layout.resident ? 1 : 2;
  b.reduction = shared.Take<double>(kReductionDoubles);
  b.weights = shared.Take<float>(static_cast<int64_t>(args.layout.resident ? tiles : stages) * b.tile_rows * b.stride());
  b.states = shared.Take<float>(static_cast<int64_t>(stages) * args.layout.row_tile * b.stride());
  b.parts = shared.Take<float>(static_cast<int64_t>(kWarps) * b.tile_rows * args.layout.row_tile);
  for (int tile = 0; args.layout.resident && tile < tiles; ++tile) {
    const int unit = tile * d.layout.unit_tile;
    CopyWeights(b, b.weights + tile * b.tile_rows * b.stride(), b.unit0 + unit, min(d.layout.unit_tile, b.units - unit), 0, b.depth);
  }
  gpu::CommitCopies();
  gpu::WaitCopies<0>();
  __syncthreads();
  return b;
}

__global__ void __launch_bounds__(kThreads, 1) Recurrence(const __grid_constant__ RecurrenceArgs args) {
  Block b = Begin(args);
  for (int step = 0; step < args.steps; ++step) {
    if (b.d.whole)
      WholeStep(&b, step);
    else
      Step(&b, step);
  }
}

}  // namespace

cudaError_t LaunchRecurrence(const RecurrenceArgs& args, cudaStream_t stream) {
  int blocks = 0;
  for (int d = 0; d < args.directions; ++d) blocks += args.direction[d].layout.blocks * args.layout.groups;
  gpu::LaunchShape shape;
  shape.grid = dim3(static_cast<unsigned>(blocks));
  shape.block = dim3(kThreads);
  shape.shared_bytes = static_cast<size_t>(args.layout.shared_bytes);
  shape.stream = stream;
  shape.cooperative = true;
  return gpu::Launch(Recurrence, shape, args);
}

}  // namespace cuda
}  // namespace unroll
