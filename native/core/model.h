// A program with its weights, packed for a device; immutable, so that several runs may share it.
#ifndef UNROLL_CORE_MODEL_H_
#define UNROLL_CORE_MODEL_H_

#include <memory>
#include <vector>

#include "native/core/backend.h"
#include "native/core/cancel.h"
#include "native/core/plan.h"

namespace unroll {

// Bytes that models and runs hold now, for debugLiveBytes().
int64_t LiveBytes();
void AddLiveBytes(int64_t bytes);

struct LayerWeights {
  std::vector<PackedCell> directions;
  PackedMatrix kernel;       // Dense, [D, units]
  std::vector<float> bias;   // Dense, [units]
  std::vector<float> table;  // Embedding, [vocabulary, units]
};

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

class Execution;
class Pool;

class Model {
 public:
  // weights: of each layer in turn, in get_weights() order; copied. threads: that a run may use.
  static Status Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights,
                       const Kernels& kernels, int64_t threads, std::shared_ptr<Model>* model);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // As unroll::MakePlan; refuses data that would bring a layer another number of features than its weights are for.
  Status MakePlan(const Shape& input, int capture, Plan* plan) const;
  // Number of states, in the order of RunArgs::initial_states, with the units of each.
  const std::vector<int64_t>& state_units() const { return state_units_; }
  // Would a run of this plan use more than one thread?
  bool UsesThreads(const Plan& plan) const;
  bool reads_ids() const { return layers_[0].kind == LayerKind::kEmbedding; }

  // Computes; token and pool may be null. The plan is this model's for args.shape and args.capture.
  Status Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const;

 private:
  friend class Execution;

  Model(const Kernels& kernels, int64_t threads) : kernels_(kernels), threads_(threads) {}
  static Status Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights,
                     const Kernels& kernels, int64_t threads, std::shared_ptr<Model>* model);
  Status Planned(const Shape& input, int capture, Plan* plan) const;
  Status PackLayer(const LayerSpec& layer, int64_t features, const std::vector<std::pair<const float*, int64_t>>& weights, size_t* next);

  const Kernels& kernels_;
  const int64_t threads_;
  std::vector<LayerSpec> layers_;
  int64_t features_ = 0;
  std::vector<LayerWeights> weights_;
  std::vector<int64_t> kernel_rows_;  // of each layer: the features that its kernel takes; 0: it has none
  std::vector<int64_t> state_units_;
  int64_t bytes_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_CORE_MODEL_H_
