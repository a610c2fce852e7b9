// The cells in double, straight from the formulas of Keras and with no code of the kernels: what these are held against.
#ifndef UNROLL_KERNELS_REFERENCE_REFERENCE_H_
#define UNROLL_KERNELS_REFERENCE_REFERENCE_H_

#include <cstdint>
#include <vector>

#include "native/core/spec.h"

namespace unroll {
namespace reference {

using Doubles = std::vector<double>;

// One recurrent layer in one direction. Letters: B batch, T timesteps, D features, H units, G gates.
struct Input {
  RecurrentSpec spec;
  int64_t batch = 0, timesteps = 0, features = 0;
  Doubles x;                  // [B, T, D]
  Doubles kernel;             // [D, G·H]
  Doubles recurrent;          // [H, G·H]
  Doubles bias;               // [G·H], [2, G·H] of a GRU with reset_after; empty without use_bias
  Doubles initial_h;          // [B, H], or empty: zero
  Doubles initial_c;          // [B, H], or empty: zero; LSTM only
  std::vector<uint8_t> mask;  // [B, T], or empty: every step counts
};

struct Output {
  Doubles out;  // [B, T, H] in the order in which the steps are taken, or [B, H] without return_sequences
  Doubles h;    // [B, H]
  Doubles c;    // [B, H], LSTM only
  // [B, T, H] each: states/h, [states/c], then the gates i, f, candidate, o or z, r, candidate; a masked step's gates are 0.
  std::vector<Doubles> traces;
};

Output Run(const Input& input);

// Of one vector, so that softmax and its kin are no special case.
Doubles Activate(Activation activation, const Doubles& v);

}  // namespace reference
}  // namespace unroll

#endif  // UNROLL_KERNELS_REFERENCE_REFERENCE_H_
