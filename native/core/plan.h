// What a run needs, before anything is allocated: shapes, outputs, bytes, steps, work.
#ifndef UNROLL_CORE_PLAN_H_
#define UNROLL_CORE_PLAN_H_

#include <cstdint>
#include <vector>

#include "native/core/spec.h"
#include "native/core/status.h"

namespace unroll {

using Shape = std::vector<int64_t>;

// a · b · c… into *out; false where it passes kMaxElements.
[[nodiscard]] bool CheckedProduct(const Shape& factors, int64_t* out);

// Where a layer's tensors stand in the list of outputs; −1: not wanted.
struct LayerOutputs {
  // One, or forward and backward with MergeMode::kNone.
  std::vector<int64_t> output;
  // h, c of each direction in turn.
  std::vector<int64_t> states;
  // Of each direction in turn: states/h, [states/c], gates in the order of extension/core/model/tensors.ts.
  std::vector<int64_t> traces;
};

struct Plan {
  // Shape of what comes into each layer, and of what leaves the last: layers + 1 entries.
  std::vector<Shape> shapes;
  std::vector<LayerOutputs> layers;
  // Elements of each output.
  std::vector<int64_t> outputs;
  int64_t bytes = 0;
  // What progress counts: rows of the recurrent layers' steps and of the Dense layers.
  int64_t steps = 0;
  // Multiply-adds.
  int64_t work = 0;
  // Bytes of the longest mask that a layer makes, one a step.
  int64_t mask_bytes = 0;
  // Floats of the one arena that a run allocates.
  int64_t arena_floats = 0;
};

// Checks sizes that no shape can mend: units, vocabulary, number of layers.
Status CheckSpec(const std::vector<LayerSpec>& layers);

// input: [B, T, D], [B, D], or [B, T] for an Embedding. capture: 0, 1, 2 as in extension/engine/binding.ts. threads: that a run may use.
Status MakePlan(const std::vector<LayerSpec>& layers, int64_t features, const Shape& input, int capture, Plan* plan, int64_t threads = 1);

// Features that come into a direction of a layer, or into a cell of a stack.
int64_t FeaturesInto(const LayerSpec& layer, size_t index, int64_t features);

// Elements of each weight of a layer, in Keras's get_weights() order.
std::vector<int64_t> WeightSizes(const LayerSpec& layer, int64_t features);

// Shapes of what leaves a layer: one, or two with MergeMode::kNone. The input fits.
std::vector<Shape> OutputShapes(const LayerSpec& layer, const Shape& input);

// Steps whose input projection is computed at once, of about so many rows: bounds the arena whatever the number of steps, and leaves the
// rows in the second cache beside two panels.
inline constexpr int64_t kProjectionRows = 64;
int64_t ProjectionSteps(int64_t batch, int64_t timesteps);

}  // namespace unroll

#endif  // UNROLL_CORE_PLAN_H_
