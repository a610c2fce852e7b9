// A program as every device sees it: its layers, what their weights have to be, and what a run of it takes.
#ifndef UNROLL_CORE_PROGRAM_H_
#define UNROLL_CORE_PROGRAM_H_

#include <utility>
#include <vector>

#include "native/core/cancel.h"
#include "native/core/plan.h"

namespace unroll {

class Pool;

// Bytes that models and runs hold now, for debugLiveBytes().
int64_t LiveBytes();
void AddLiveBytes(int64_t bytes);

// A weight and the number of its elements.
using WeightView = std::pair<const float*, int64_t>;

// A layer's weights as they were given, in get_weights() order, and the features that they are for; valid while a model is made.
struct LayerView {
  int64_t features = 0;
  std::vector<const float*> weights;
};

// The weights of one layer for view->features, from `next` on: checks their sizes, and moves `next` behind them.
Status ViewWeights(const LayerSpec& layer, const std::vector<WeightView>& weights, size_t* next, LayerView* view);

// What one run reads and writes; pointers stay valid until it is over.
struct RunArgs {
  Shape shape;
  const float* x = nullptr;       // [B, T, D] or [B, D]; null for an Embedding
  const int32_t* ids = nullptr;   // [B, T] for an Embedding
  const uint8_t* mask = nullptr;  // [B, T], or null: every step counts
  // One a state of the model in layer order, [B, units]; null, or an empty list: zero.
  std::vector<const float*> initial_states;
  int capture = 0;
  std::vector<float*> outputs;  // as the plan lists them
};

// A model on a device; immutable, so that several runs may share it.
class Program {
 public:
  virtual ~Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // As unroll::MakePlan; refuses data that would bring a layer another number of features than its weights are for.
  Status MakePlan(const Shape& input, int capture, Plan* plan) const;
  // Number of states, in the order of RunArgs::initial_states, with the units of each.
  const std::vector<int64_t>& state_units() const { return state_units_; }
  bool reads_ids() const { return layers_[0].kind == LayerKind::kEmbedding; }

  // Computes; token and pool may be null. The plan is this model's for args.shape and args.capture.
  virtual Status Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const = 0;
  // Would a run of this plan use more than one thread?
  virtual bool UsesThreads(const Plan& plan) const = 0;

 protected:
  explicit Program(int64_t threads) : threads_(threads) {}
  // Takes the layers and finds each one's weights, whose sizes are checked.
  Status Assign(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, std::vector<LayerView>* views);

  const int64_t threads_;
  std::vector<LayerSpec> layers_;

 private:
  Status Planned(const Shape& input, int capture, Plan* plan) const;

  int64_t features_ = 0;
  std::vector<int64_t> kernel_rows_;  // of each layer: the features that its kernel takes; 0: it has none
  std::vector<int64_t> state_units_;
};

// Refuses the first id that is not in the Embedding's table; ids: [count].
Status CheckIds(const LayerSpec& embedding, const int32_t* ids, int64_t count);

}  // namespace unroll

#endif  // UNROLL_CORE_PROGRAM_H_
