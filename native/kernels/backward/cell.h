// One time step of a recurrent cell in double: forward, and then gradients pulled through it, many rows at once.
#ifndef UNROLL_KERNELS_BACKWARD_CELL_H_
#define UNROLL_KERNELS_BACKWARD_CELL_H_

#include "native/kernels/backward/matrix.h"

namespace unroll {
namespace backward {

// A direction's weights, as they are multiplied forward and backward.
struct CellWeights {
  // kernel: [D, G·H]; recurrent: [H, G·H]; bias: [G·H], [2, G·H] of a GRU with reset_after, or null.
  CellWeights(const RecurrentSpec& own, int64_t features_in, const float* const* weights, const Kernels& kernels);
  // Doubles that it takes.
  static int64_t Size(const RecurrentSpec& spec, int64_t features);
  int64_t columns() const { return GateCount(spec.cell) * spec.units; }

  RecurrentSpec spec;
  int64_t features;
  Matrix kernel, recurrent;            // [D, G·H], [H, G·H]
  Matrix kernel_back, recurrent_back;  // [G·H, D], [G·H, H]
  Doubles bias;                        // [2, G·H], zeros where there is none
};

// Gradients by the states after a step, which become those by the states before it.
struct PulledRows {
  int64_t count;
  double* h;         // [count, H]
  double* c;         // [count, H], LSTM only
  double* gates;     // [count, G·H], scratch
  double* reset;     // [count, H], scratch of a GRU without reset_after
  double* features;  // [count, D], added to, or null: not wanted
};

class Step {
 public:
  // The weights outlive it.
  explicit Step(const CellWeights& weights);
  // Doubles that it takes.
  static int64_t Size(const RecurrentSpec& spec) { return 12 * GateCount(spec.cell) * spec.units; }

  // Takes the step from x [D] and the states h, c [H] before it; c is read for an LSTM alone.
  void Take(const Computing& computing, const double* x, const double* h, const double* c);
  const double* next_h() const { return next_h_.data(); }
  const double* next_c() const { return next_c_.data(); }
  // Of the step that was taken: what Pull multiplies with.
  void Differentiate();
  // May be called by several threads with rows of their own.
  void Pull(const Computing& computing, const PulledRows& rows) const;

 private:
  void TakeLstm();
  void TakeGru(const Computing& computing);
  void PullLstm(double* gh, double* gc, double* d) const;
  void PullCandidate(double* gh, double* d) const;
  void PullReset(const Computing& computing, const PulledRows& rows) const;

  const CellWeights& w_;
  const int64_t units_, columns_;
  Doubles before_, after_, slopes_;  // [G·H], of the gates' activations
  Doubles recurrent_part_;           // [G·H], h·R + b of a GRU
  Doubles h_, c_;                    // [H], before the step
  Doubles next_h_, next_c_;          // [H], after it
  Doubles cell_, cell_slopes_;       // [H], act(c) of an LSTM after the step; r∘h of a GRU without reset_after
};

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_CELL_H_
