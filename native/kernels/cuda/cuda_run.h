// One run of a model on the GPU: rows of the batch in portions that fit its memory, the layers one after the other.
#ifndef UNROLL_KERNELS_CUDA_CUDA_RUN_H_
#define UNROLL_KERNELS_CUDA_CUDA_RUN_H_

#include <vector>

#include "native/kernels/cuda/cuda_model.h"
#include "native/kernels/cuda/kernels.h"

namespace unroll {
namespace cuda {

// Steps of one launch of the recurrence, at most: a display's watchdog and a cancel wait for it.
inline constexpr int kMostSteps = 512;
// Rows of a portion, at most: their number is an int in the kernels.
inline constexpr int64_t kMostRows = int64_t{1} << 30;

// One direction of a layer; as DirectionTask of the CPU, with pointers to memory of the GPU.
struct CudaTask {
  const RecurrentSpec* spec;
  const DeviceCell* cell;
  int64_t rows, timesteps;
  const float* x;       // [rows, T, D]
  const uint8_t* mask;  // [rows, T], or null
  bool mask_turned;     // x was turned round before, and its mask was not
  float *h, *c;         // [rows, H]: initial states, then final ones; c of an LSTM only
  bool initial;         // they hold initial states; else these are zero
  float* out;           // what step s of row b gives, at b·out_row + s·out_step
  int64_t out_row, out_step;
  float* traces[6];  // [rows, T, H] each; the first null: not captured
};

class CudaRun {
 public:
  // All of them outlive it. token: may be null.
  CudaRun(const CudaModel& model, const RunArgs& args, const Plan& plan, CancelToken* token, Workspace* workspace)
      : model_(model), args_(args), plan_(plan), token_(token), memory_(workspace->memory), transfer_(workspace->transfer) {}

  Status Run();

 private:
  struct Flow {
    const float* data;    // of the shape that comes into the layer, rows_ of them
    const uint8_t* mask;  // [rows_, T], or null
  };
  // Which of a layer's states and traces come next.
  struct Slots {
    size_t state = 0, trace = 0;
  };

  // Bytes of the GPU's memory that so many rows take.
  int64_t BytesFor(int64_t rows) const;
  int64_t LayerBytes(size_t index, int64_t rows) const;
  Status ChooseRows();
  Status Portion(int64_t first);
  Status TakeMemory();
  Status Upload(Flow* flow);
  Status Download();

  Status Layer(size_t index, Flow* flow, float* out);
  Status Dense(size_t index, const Flow& flow, float* out);
  Status Pointwise(size_t index, Flow* flow, float* out);
  Status Recurrent(size_t index, Flow* flow, float* out);
  Status Stack(size_t index, Flow flow, float* out);
  Status Directions(size_t index, const Flow& flow, float* out);
  Status TaskOf(size_t index, size_t direction, const Flow& flow, Slots* slots, CudaTask* task);
  // x·K + b, in pieces between which a cancel is seen.
  Status Multiply(GemmArgs args, int64_t rows, bool progress);

  // In directions.cc: one task, or both of a Bidirectional.
  Status RunTasks(const CudaTask* tasks, int count);
  Status Prepare(const CudaTask& task, int64_t steps, DirectionArgs* args);
  Status Steps(const CudaTask* tasks, int count, RecurrenceArgs* args);
  Status Project(const CudaTask& task, float* projected, int64_t first, int64_t steps);

  bool cancelled() const { return token_ != nullptr && token_->cancelled(); }
  cudaStream_t stream() const { return transfer_.stream(); }

  const CudaModel& model_;
  const RunArgs& args_;
  const Plan& plan_;
  CancelToken* const token_;
  DeviceMemory& memory_;
  Transfer& transfer_;
  int64_t batch_ = 0, rows_ = 0, first_ = 0;  // of the run; of a portion at most, and of this one; its first row
  size_t next_state_ = 0;
  std::vector<float*> outputs_;  // as the plan lists them, of this portion
  float* x_ = nullptr;
  int32_t* ids_ = nullptr;
  uint8_t *given_mask_ = nullptr, *made_mask_ = nullptr;
  float* between_[2] = {nullptr, nullptr};
};

// Bytes that the steps of a direction take beside its input and outputs.
int64_t DirectionBytes(const RecurrentSpec& spec, int64_t rows, int64_t timesteps, int64_t features, const GpuLimits& limits);

}  // namespace cuda
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_CUDA_RUN_H_
