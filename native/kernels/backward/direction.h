// One recurrent layer in one direction over one sample: its steps forward, then gradients back through time.
#ifndef UNROLL_KERNELS_BACKWARD_DIRECTION_H_
#define UNROLL_KERNELS_BACKWARD_DIRECTION_H_

#include <vector>

#include "native/kernels/backward/cell.h"

namespace unroll {
namespace backward {

// What a direction reads; outlives it.
struct Sequence {
  const double* x;  // [T, D]
  int64_t timesteps;
  const std::vector<uint8_t>* counts;  // [T], in the order in which the steps are taken
};

// The states before each step are kept, O(T·H); no Jacobian of more than one step is.
class Direction {
 public:
  // weights: kernel, recurrent, bias where there is one.
  Direction(const RecurrentSpec& spec, int64_t features, const float* const* weights, const Sequence& sequence, const Computing& computing);
  // Doubles that it takes, and those of StateNorms.
  static int64_t Size(const RecurrentSpec& spec, int64_t features, int64_t timesteps);
  static int64_t NormsSize(const RecurrentSpec& spec, int64_t threads);

  const RecurrentSpec& spec() const { return weights_.spec; }
  int64_t features() const { return weights_.features; }
  // Takes the steps from zero states, here and below: false where it was cancelled.
  [[nodiscard]] bool Remember();
  // The output of each step, [T, H] in the order of the steps.
  Doubles Outputs() const;
  // ‖∂h_T/∂h_t‖ into norms [T], in the order of the steps, the last first; c_t is held.
  [[nodiscard]] bool StateNorms(double* norms);
  // Adds to gx [T, D], in x's own order. gh: by the last h, [H]; outputs: by each step's output in the order of the steps, [T, H], or null.
  [[nodiscard]] bool InputGradient(const double* gh, const double* outputs, double* gx);

 private:
  struct Jacobian;
  bool Counts(int64_t taken) const { return (*sequence_.counts)[static_cast<size_t>(taken)] != 0; }
  const double* X(int64_t taken) const { return sequence_.x + Row(taken) * features(); }
  int64_t Row(int64_t taken) const { return spec().go_backwards ? sequence_.timesteps - 1 - taken : taken; }
  // Readies a step; false where the mask skips it, and the states are held.
  bool Enter(int64_t taken, Step* step) const;
  void PullMember(Jacobian* jacobian, int member) const;

  const Sequence sequence_;
  const Computing& computing_;
  const CellWeights weights_;
  const int64_t units_;
  Doubles h_, c_;  // [T + 1, H] and [T, H], before each step; h after the last one too, c of an LSTM alone
  Step step_;
};

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_DIRECTION_H_
