// A step of a cell for one unit and row: activations, states, outputs, traces. See recurrence.cu.
#ifndef UNROLL_KERNELS_CUDA_RECURRENCE_CELL_H_
#define UNROLL_KERNELS_CUDA_RECURRENCE_CELL_H_

#include "native/kernels/cuda/recurrence_block.h"

namespace unroll {
namespace cuda {

// One step of one unit of one row.
struct Place {
  const Block& b;
  int64_t row;
  int unit, step;  // step: of this launch

  __device__ int taken() const { return b.a.first_step + step; }
  __device__ float* Gate(int gate) const {
    return b.d.projected + ((static_cast<int64_t>(step) * b.a.batch + row) * b.d.gates + gate) * b.d.units + unit;
  }
  __device__ int64_t InState() const { return row * b.depth + unit; }
  __device__ const float* H() const { return b.d.h + taken() % 2 * b.a.batch * static_cast<int64_t>(b.depth); }
  __device__ float* NextH() const { return b.d.h + (taken() + 1) % 2 * b.a.batch * static_cast<int64_t>(b.depth); }
  __device__ bool Counts() const {
    if (b.d.mask == nullptr) return true;
    const int at = b.d.mask_from_end ? b.a.timesteps - 1 - taken() : taken();
    return b.d.mask[row * b.a.timesteps + at] != 0;
  }
  __device__ void Output(float value) const {
    if (b.d.sequences)
      b.d.out[row * b.d.out_row + taken() * b.d.out_step + unit] = value;
    else if (taken() + 1 == b.a.timesteps)
      b.d.out[row * b.d.out_row + unit] = value;
  }
  __device__ void Trace(int k, float value) const { b.d.traces[k][(row * b.a.timesteps + taken()) * b.d.units + unit] = value; }

  // gates: [4], as they are after their activations; in the traces' order behind the states.
  __device__ UNROLL_ONE_COPY void Emit(float h, const float* gates) const {
    gpu::StoreL2(NextH() + InState(), h);
    Output(h);
    if (b.d.traces[0] == nullptr) return;
    int k = 0;
    Trace(k++, h);
    if (b.d.cell == Cell::kLstm) Trace(k++, b.d.c[row * b.d.units + unit]);
    for (int gate = 0; gate < b.d.gates && b.d.cell != Cell::kSimpleRnn; ++gate) Trace(k++, gates[gate]);
  }
  // A row that does not count holds its states; its gates are closed, and its output is the one before, or zero.
  __device__ UNROLL_ONE_COPY void Hold() const {
    const float h = gpu::LoadL2(H() + InState());
    gpu::StoreL2(NextH() + InState(), h);
    Output(b.d.zero_output || taken() < b.d.first[row] ? 0.0f : h);
    if (b.d.traces[0] == nullptr) return;
    const int states = b.d.cell == Cell::kLstm ? 2 : 1, traces = b.d.cell == Cell::kSimpleRnn ? 1 : states + b.d.gates;
    Trace(0, h);
    if (states == 2) Trace(1, b.d.c[row * b.d.units + unit]);
    for (int k = states; k < traces; ++k) Trace(k, 0.0f);
  }
};

__device__ inline float Bias(const DirectionArgs& d, int gate, int unit) {
  return d.recurrent_bias == nullptr ? 0.0f : d.recurrent_bias[gate * d.units + unit];
}

// The cell itself; product(gate) is h·R of that gate. Sources as in kernels/cpu/cell_inl.h.
template <typename Of>
__device__ void Advance(const Place& p, Of product) {
  const DirectionArgs& d = p.b.d;
  if (!p.Counts()) return p.Hold();
  float gates[4];
  switch (d.cell) {
    case Cell::kSimpleRnn:
      return p.Emit(Activate(d.activation, *p.Gate(0) + product(0)), gates);
    case Cell::kLstm: {
      for (int gate = 0; gate < 4; ++gate)
        gates[gate] = Activate(gate == 2 ? d.activation : d.recurrent_activation, *p.Gate(gate) + product(gate));
      float* state = d.c + p.row * d.units + p.unit;
      const float c = gates[1] * *state + gates[0] * gates[2];
      *state = c;
      return p.Emit(gates[3] * Activate(d.activation, c), gates);
    }
    case Cell::kGru: {
      const float h = gpu::LoadL2(p.H() + p.InState());
      if (d.reset_after) {
        for (int gate = 0; gate < 2; ++gate)
          gates[gate] = Activate(d.recurrent_activation, *p.Gate(gate) + (product(gate) + Bias(d, gate, p.unit)));
        gates[2] = Activate(d.activation, *p.Gate(2) + gates[1] * (product(2) + Bias(d, 2, p.unit)));
      } else {
        gates[0] = *p.Gate(0);
        gates[1] = *p.Gate(1);
        gates[2] = Activate(d.activation, *p.Gate(2) + product(2));
      }
      return p.Emit(gates[0] * h + (1.0f - gates[0]) * gates[2], gates);
    }
  }
}

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_RECURRENCE_CELL_H_
