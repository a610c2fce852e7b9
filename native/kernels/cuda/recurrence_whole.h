// Steps of activations that see all units of a row: sums first, then rows, each by one block. See recurrence.cu.
#ifndef UNROLL_KERNELS_CUDA_RECURRENCE_WHOLE_H_
#define UNROLL_KERNELS_CUDA_RECURRENCE_WHOLE_H_

#include "native/kernels/cuda/recurrence_cell.h"
#include "native/kernels/cuda/row_activation.h"

namespace unroll {
namespace cuda {

// Sums [B, G·H] of the products of gates [gate, gate + gates), without the projections.
__device__ inline void CollectSums(const Block& b, int gate, int gates, const float* state) {
  ForProducts(b, gate, gates, state, [&](const Piece& piece, int unit, int row) {
    for (int k = gate; k < gate + gates; ++k) {
      const float sum = Product(b, piece, k, unit, row) + Bias(b.d, k, piece.unit + unit);
      gpu::StoreL2(b.d.sums + ((piece.row + row) * b.d.gates + k) * b.d.units + piece.unit + unit, sum);
    }
  });
}

// A row's numbers, by all threads of the block. Each of these goes over all units.
struct WholeRow {
  const Block& b;
  int64_t row;
  int step;

  __device__ float* Sum(int gate) const { return b.d.sums + (row * b.d.gates + gate) * b.d.units; }
  template <typename Body>
  __device__ void Units(Body body) const {
    for (int unit = threadIdx.x; unit < b.d.units; unit += kThreads) body(Place{b, row, unit, step});
    __syncthreads();
  }
  __device__ void AddProjected(int gate) const {
    float* sums = Sum(gate);
    Units([&](const Place& p) { gpu::StoreL2(sums + p.unit, gpu::LoadL2(sums + p.unit) + *p.Gate(gate)); });
  }
  __device__ void ActivateGate(int gate, Activation activation) const { ActivateRow(activation, Sum(gate), b.d.units, b.reduction); }
};

// h' of a row whose gates are activated and whose new h, or tanh(c), stands in sum 2 (LSTM, GRU) or 0.
__device__ inline void EmitRow(const WholeRow& r) {
  r.Units([&](const Place& p) {
    float gates[4];
    for (int gate = 0; gate < r.b.d.gates; ++gate) gates[gate] = gpu::LoadL2(r.Sum(gate) + p.unit);
    if (r.b.d.cell == Cell::kSimpleRnn) return p.Emit(gates[0], gates);
    const float h = gpu::LoadL2(p.H() + p.InState());
    p.Emit(gates[0] * h + (1.0f - gates[0]) * gates[2], gates);
  });
}

__device__ inline void LstmRow(const WholeRow& r) {
  const DirectionArgs& d = r.b.d;
  for (int gate = 0; gate < 4; ++gate) r.ActivateGate(gate, gate == 2 ? d.activation : d.recurrent_activation);
  // act(c) needs all of c: it stands in the row's projections of the candidate, which are no longer needed.
  r.Units([&](const Place& p) {
    float* state = d.c + r.row * d.units + p.unit;
    *state = gpu::LoadL2(r.Sum(1) + p.unit) * *state + gpu::LoadL2(r.Sum(0) + p.unit) * gpu::LoadL2(r.Sum(2) + p.unit);
    *p.Gate(2) = *state;
  });
  ActivateRow(d.activation, Place{r.b, r.row, 0, r.step}.Gate(2), d.units, r.b.reduction);
  r.Units([&](const Place& p) {
    float gates[4];
    for (int gate = 0; gate < 4; ++gate) gates[gate] = gpu::LoadL2(r.Sum(gate) + p.unit);
    p.Emit(gates[3] * gpu::LoadL2(p.Gate(2)), gates);
  });
}

// The rows of a group are shared by its blocks; body(row) for each of this block's that counts, hold for the others.
template <typename Body>
__device__ void ForRows(const Block& b, int step, bool hold, Body body) {
  for (int i = b.index; i < b.rows; i += b.d.layout.blocks) {
    const WholeRow row{b, b.row0 + i, step};
    if (Place{b, row.row, 0, step}.Counts()) {
      body(row);
    } else if (hold) {
      row.Units([](const Place& p) { p.Hold(); });
    }
  }
}

// A step of activations of which one sees all units of a row.
__device__ inline void WholeStep(Block* b, int step) {
  const DirectionArgs& d = b->d;
  const float* h = d.h + (b->a.first_step + step) % 2 * b->a.batch * static_cast<int64_t>(b->depth);
  const bool before = d.cell == Cell::kGru && !d.reset_after;
  CollectSums(*b, 0, before ? 2 : d.gates, h);
  GroupBarrier(b);
  if (before) {
    ForRows(*b, step, false, [&](const WholeRow& r) {
      for (int gate = 0; gate < 2; ++gate) {
        r.AddProjected(gate);
        r.ActivateGate(gate, d.recurrent_activation);
      }
      r.Units([&](const Place& p) { gpu::StoreL2(d.reset + p.InState(), gpu::LoadL2(r.Sum(1) + p.unit) * gpu::LoadL2(h + p.InState())); });
    });
    GroupBarrier(b);
    CollectSums(*b, 2, 1, d.reset);
    GroupBarrier(b);
  }
  ForRows(*b, step, true, [&](const WholeRow& r) {
    if (d.cell == Cell::kLstm) {
      for (int gate = 0; gate < 4; ++gate) r.AddProjected(gate);
      return LstmRow(r);
    }
    if (d.cell == Cell::kGru && !before) {
      for (int gate = 0; gate < 2; ++gate) {
        r.AddProjected(gate);
        r.ActivateGate(gate, d.recurrent_activation);
      }
      r.Units([&](const Place& p) {
        const float sum = *p.Gate(2) + gpu::LoadL2(r.Sum(1) + p.unit) * gpu::LoadL2(r.Sum(2) + p.unit);
        gpu::StoreL2(r.Sum(2) + p.unit, sum);
      });
    } else {
      r.AddProjected(d.gates - 1);
    }
    r.ActivateGate(d.gates - 1, d.activation);
    EmitRow(r);
  });
  GroupBarrier(b);
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_RECURRENCE_WHOLE_H_
