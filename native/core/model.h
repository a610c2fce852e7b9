// A program with its weights, packed for the CPU kernels.
#ifndef UNROLL_CORE_MODEL_H_
#define UNROLL_CORE_MODEL_H_

#include <memory>
#include <vector>

#include "native/core/arena.h"
#include "native/core/backend.h"
#include "native/core/program.h"

namespace unroll {

struct LayerWeights {
  std::vector<PackedCell> directions;
  PackedMatrix kernel;       // Dense, [D, units]
  std::vector<float> bias;   // Dense, [units]
  std::vector<float> table;  // Embedding, [vocabulary, units]
};

class Execution;

class Model : public Program {
 public:
  // weights: of each layer in turn, in get_weights() order; copied. threads: that a run may use.
  static Status Create(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights, const Kernels& kernels,
                       int64_t threads, std::shared_ptr<Model>* model);
  ~Model() override;

  bool UsesThreads(const Plan& plan) const override;
  Status Run(const RunArgs& args, const Plan& plan, CancelToken* token, Pool* pool) const override;

 private:
  friend class Execution;

  Model(const Kernels& kernels, int64_t threads) : Program(threads), kernels_(kernels) {}
  Status Make(std::vector<LayerSpec> layers, int64_t features, const std::vector<WeightView>& weights);
  LayerWeights PackLayer(const LayerSpec& layer, const LayerView& view) const;

  const Kernels& kernels_;
  std::vector<LayerWeights> weights_;
  int64_t bytes_ = 0;
  mutable SpareBlock spare_;
};

}  // namespace unroll

#endif  // UNROLL_CORE_MODEL_H_
