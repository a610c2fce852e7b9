// A run of a model: one arena, the layers one after the other. May be run again on the same memory.
#ifndef UNROLL_CORE_EXECUTOR_H_
#define UNROLL_CORE_EXECUTOR_H_

#include "native/core/arena.h"
#include "native/core/direction.h"
#include "native/core/model.h"

namespace unroll {

class Execution {
 public:
  // All of them outlive it.
  Execution(const Model& model, const RunArgs& args, const Plan& plan) : model_(model), args_(args), plan_(plan), arena_(&model.spare_) {}

  // Allocates all that the run needs beside its outputs.
  Status Reserve();
  // token, pool: may be null; without a pool this thread computes alone.
  Status Run(CancelToken* token, Pool* pool);

 private:
  struct Flow {
    const float* data;    // of the shape that comes into the layer
    const uint8_t* mask;  // [B, T], or null
  };

  bool Cancelled() const { return token_ != nullptr && token_->cancelled(); }
  const float* NextState();
  Status Recurrent(size_t index, Flow* flow, float* out);
  // Which of a layer's states and traces come next.
  struct Slots {
    size_t state = 0, trace = 0;
  };
  DirectionTask TaskOf(size_t index, size_t direction, const Flow& flow, Slots* slots);
  Status Stack(size_t index, Flow flow, float* out);
  Status Directions(size_t index, const Flow& flow, float* out);
  Status RunTasks(const DirectionTask* tasks, size_t count);
  Status RunBeside(const DirectionTask* tasks, size_t count, int share);
  Status Pointwise(size_t index, Flow* flow, float* out);
  void Activate(Activation activation, float* v, int64_t rows, int64_t n);
  Status Dense(const LayerSpec& layer, const LayerWeights& w, int64_t rows, int64_t features, const float* x, float* out);
  Status Embed(const LayerSpec& layer, const std::vector<float>& table, int64_t count, Flow* flow, float* out);
  void MaskSteps(float value, const Shape& input, Flow* flow, float* out);

  const Model& model_;
  const RunArgs& args_;
  const Plan& plan_;
  CancelToken* token_ = nullptr;
  Pool* pool_ = nullptr;
  Arena arena_;
  float* between_[2] = {nullptr, nullptr};
  uint8_t* mask_ = nullptr;  // [B, T]
  size_t next_state_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_CORE_EXECUTOR_H_
