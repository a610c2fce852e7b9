// One recurrent layer in one direction over a batch.
#ifndef UNROLL_CORE_DIRECTION_H_
#define UNROLL_CORE_DIRECTION_H_

#include "native/core/arena.h"
#include "native/core/model.h"

namespace unroll {

struct DirectionTask {
  const RecurrentSpec* spec;
  const DirectionWeights* weights;
  const Kernels* kernels;
  int64_t batch, timesteps, features;
  const float* x;          // [B, T, D]
  const uint8_t* mask;     // [B, T], or null
  const float* initial_h;  // [B, H], or null: zero
  const float* initial_c;  // [B, H], or null: zero; LSTM only
  float* h;                // [B, H], final states
  float* c;                // [B, H], LSTM only
  float* out;              // [B, T, H] in the order in which the steps are taken, or [B, H] without return_sequences
  // [B, T, H] each: states/h, [states/c], then gates as in extension/core/model/tensors.ts; empty: not captured.
  std::vector<float*> traces;
  CancelToken* token;  // or null
};

Status RunDirection(const DirectionTask& task, Arena* arena);

}  // namespace unroll

#endif  // UNROLL_CORE_DIRECTION_H_
