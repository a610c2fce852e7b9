// The memory horizon: how far back the last h of a recurrent layer remembers, through all layers below it, in double on the CPU.
#ifndef UNROLL_KERNELS_BACKWARD_SENSITIVITY_H_
#define UNROLL_KERNELS_BACKWARD_SENSITIVITY_H_

#include <vector>

#include "native/core/backend.h"
#include "native/core/pool.h"
#include "native/core/program.h"

namespace unroll {

// Pointers stay valid until it is over.
struct SensitivityArgs {
  // Up to the recurrent one whose h is meant, none of them an Embedding.
  std::vector<LayerSpec> layers;
  // In get_weights() order, all of them.
  std::vector<WeightView> weights;
  // Of a Bidirectional, whose h is meant: that of its backward direction.
  bool backward = false;
  Shape shape;                      // [1, T, D] or [1, D]
  const float* x = nullptr;         // of that shape
  const uint8_t* mask = nullptr;    // [1, T], or null: every step counts
  double* state_norms = nullptr;    // [T]: ‖∂h_T/∂h_t‖, in the order in which the layer takes its steps
  float* input_gradient = nullptr;  // of x's shape: ∂(Σ h_T)/∂x
};

struct SensitivityPlan {
  // The layers below and their weights.
  std::vector<LayerView> weights;
  // The layer whose h is meant, as it is computed, and its weights: of a Bidirectional one direction; a stack stays whole.
  LayerSpec last;
  LayerView last_weights;
  // Numbers of the two results.
  int64_t timesteps = 0, inputs = 0;
  // Multiply-adds, which progress counts.
  int64_t work = 0;
  // Beside the results.
  int64_t bytes = 0;
};

// Checks all but the numbers, which are not read, before anything that is large is allocated. The plan points to the args' weights.
Status PlanSensitivity(const SensitivityArgs& args, int64_t threads, SensitivityPlan* plan);

// From zero states. token and pool may be null; the plan is of these args and as many threads.
Status ComputeSensitivity(const SensitivityArgs& args, const SensitivityPlan& plan, const Kernels& kernels, int64_t threads,
                          CancelToken* token, Pool* pool);

}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_SENSITIVITY_H_
