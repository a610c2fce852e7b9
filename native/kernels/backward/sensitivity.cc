// Plans the memory horizon and computes it: all layers forward, the one that remembers back through time, those below it backward.
#include "native/kernels/backward/sensitivity.h"

#include <algorithm>

#include "native/core/guard.h"
#include "native/core/limits.h"
#include "native/kernels/backward/layers.h"

namespace unroll {
namespace {

using backward::Computing;
using backward::Direction;
using backward::Doubles;
using backward::Flow;
using backward::Layer;
using backward::Matrix;
using backward::RecurrentLayer;

// Adds the product to *sum; false where either passes kMaxElements.
bool Add(const Shape& factors, int64_t* sum) {
  int64_t product = 0;
  if (!CheckedProduct(factors, &product) || product > kMaxElements - *sum) return false;
  *sum += product;
  return true;
}

// What a layer takes forward and backward. input: what comes into it.
bool AddLayer(const LayerSpec& layer, const Shape& input, SensitivityPlan* plan) {
  int64_t in = 0, out = 0, doubles = 0;
  bool fits = Add(input, &in) && Add(OutputShapes(layer, input)[0], &out);
  for (size_t i = 0; fits && i < layer.directions.size(); ++i) {
    const RecurrentSpec& own = layer.directions[i];
    const int64_t time = input[1], features = FeaturesInto(layer, i, input[2]);
    fits = Add({3, time, GateCount(own.cell), own.units, features + own.units}, &plan->work) &&
           // What it gave, its part of what two give together, and the gradients by all of that and by what it read.
           Add({time, 3 * own.units + 2 * features}, &doubles) && Add({Direction::Size(own, features, time)}, &doubles);
  }
  if (fits && layer.kind == LayerKind::kDense) {
    fits = Add({3, in, layer.units}, &plan->work) &&
           Add({std::max(Matrix::Size(input.back(), layer.units), Matrix::Size(layer.units, input.back()))}, &doubles);
  }
  // What comes in and goes out, the gradients by both, and one of each on the way.
  return fits && Add({8, 3, in + out}, &plan->bytes) && Add({8, doubles}, &plan->bytes);
}

Status TooLarge() {
  return Status(Code::kTooLarge, "The tensors of the memory horizon are too large to be counted; the limit is 2^50 numbers.");
}

Status Planned(const SensitivityArgs& args, int64_t threads, SensitivityPlan* plan) {
  if (Status status = CheckSpec(args.layers); !status.ok()) return status;
  const LayerSpec& top = args.layers.back();
  if (top.directions.empty()) return Status(Code::kInvalidArgument, "The last layer keeps no state: there is no memory to look at.");
  if (args.layers[0].kind == LayerKind::kEmbedding) return Status(Code::kUnsupported, "Token ids have no gradient.");
  if (args.shape.empty() || args.shape[0] != 1) return Status(Code::kShapeMismatch, "The memory horizon is that of one sample.");
  Plan run;
  if (Status status = MakePlan(args.layers, args.shape.back(), args.shape, 0, &run); !status.ok()) return status;
  SensitivityPlan made;
  size_t next = 0;
  for (size_t i = 0; i < args.layers.size(); ++i) {
    LayerView view{run.shapes[i].back(), {}};
    if (Status status = ViewWeights(args.layers[i], args.weights, &next, &view); !status.ok()) return status;
    made.weights.push_back(std::move(view));
  }
  if (next != args.weights.size()) return Status(Code::kShapeMismatch, "There are more weights than the layers have.");
  made.last = top;
  made.last_weights = std::move(made.weights.back());
  made.weights.pop_back();
  if (top.kind == LayerKind::kBidirectional) {
    made.last.kind = LayerKind::kRecurrent;
    made.last.directions = {top.directions[args.backward ? 1 : 0]};
    std::vector<const float*>& weights = made.last_weights.weights;
    // Those of the backward direction come after the other's.
    if (args.backward) weights.erase(weights.begin(), weights.begin() + (top.directions[0].use_bias ? 3 : 2));
  }
  bool fits = Add(args.shape, &made.inputs);
  for (size_t i = 0; fits && i + 1 < args.layers.size(); ++i) fits = AddLayer(args.layers[i], run.shapes[i], &made);
  const Shape& read = run.shapes[args.layers.size() - 1];
  made.timesteps = read[1];
  const RecurrentSpec& own = made.last.directions.back();
  fits = fits && AddLayer(made.last, read, &made) && Add({8, Direction::NormsSize(own, threads)}, &made.bytes) &&
         Add({made.timesteps, GateCount(own.cell), own.units, own.units, own.units}, &made.work);
  if (!fits) return TooLarge();
  *plan = std::move(made);
  return Status::Ok();
}

// False where it was cancelled.
bool Compute(const SensitivityArgs& args, const SensitivityPlan& plan, const Computing& computing) {
  Flow flow{Doubles(plan.inputs), args.shape, {}};
  std::copy(args.x, args.x + plan.inputs, flow.data.data());
  if (args.mask != nullptr) flow.mask.assign(args.mask, args.mask + args.shape[1]);
  std::vector<std::unique_ptr<Layer>> below;
  for (size_t i = 0; i < plan.weights.size(); ++i) {
    const LayerSpec& layer = args.layers[i];
    const float* const* weights = plan.weights[i].weights.data();
    if (layer.directions.empty())
      below.push_back(backward::MakePointwise(layer, weights, computing));
    else
      below.push_back(std::make_unique<RecurrentLayer>(layer, weights, computing));
    if (computing.cancelled() || !below.back()->Forward(&flow)) return false;
  }
  RecurrentLayer last(plan.last, plan.last_weights.weights.data(), computing);
  if (!last.Remember(&flow) || !last.last().StateNorms(args.state_norms)) return false;
  Doubles gradient(plan.last.directions.back().units);
  std::fill(gradient.data(), gradient.data() + gradient.size(), 1.0);
  if (!last.PullLast(&gradient)) return false;
  for (; !below.empty(); below.pop_back()) {
    if (computing.cancelled() || !below.back()->Backward(&gradient)) return false;
  }
  for (int64_t i = 0; i < plan.inputs; ++i) args.input_gradient[i] = static_cast<float>(gradient[i]);
  return true;
}

}  // namespace

Status PlanSensitivity(const SensitivityArgs& args, int64_t threads, SensitivityPlan* plan) {
  return Guarded("There is no memory for a plan.", [&] { return Planned(args, threads, plan); });
}

Status ComputeSensitivity(const SensitivityArgs& args, const SensitivityPlan& plan, const Kernels& kernels, int64_t threads,
                          CancelToken* token, Pool* pool) {
  return Guarded("There is no memory for the memory horizon.", [&] {
    const bool done = Compute(args, plan, {kernels, threads, token, pool});
    return done ? Status::Ok() : Status(Code::kCancelled, "The run was cancelled.");
  });
}

}  // namespace unroll
