// Layers on the GPU, in the order and with the masks of native/core/executor.cc.
#include "native/kernels/cuda/cuda_run.h"

#include <algorithm>
#include <string>

#include "native/kernels/cuda/device.h"
#include "native/kernels/cuda/errors.h"

namespace unroll {
namespace cuda {
namespace {

// Milliseconds after which a product is looked after.
constexpr double kPieceMs = 5;

int64_t Size(const Shape& shape) {
  int64_t size = 1;
  for (int64_t d : shape) size *= d;
  return size;
}

Status TooSmall() { return Status(Code::kInternal, "The plan of the GPU was too small."); }

std::string Megabytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

}  // namespace

Status CudaRun::Run() {
  batch_ = args_.shape[0];
  if (args_.ids != nullptr) UNROLL_TRY(CheckIds(model_.layers()[0], args_.ids, Size(args_.shape)));
  UNROLL_TRY(ChooseRows());
  const int64_t most = rows_;
  for (int64_t first = 0; first < batch_; first += most) {
    rows_ = std::min(most, batch_ - first);
    UNROLL_TRY(Portion(first));
  }
  return transfer_.Wait();
}

int64_t CudaRun::LayerBytes(size_t index, int64_t rows) const {
  const LayerSpec& layer = model_.layers()[index];
  const Shape& input = plan_.shapes[index];
  int64_t bytes = 0;
  for (size_t i = 0; i < layer.directions.size(); ++i) {
    const RecurrentSpec& spec = layer.directions[i];
    const int64_t features = FeaturesInto(layer, i, input[2]), steps = spec.return_sequences ? input[1] : 1;
    const int64_t direction = DirectionBytes(spec, rows, input[1], features, model_.limits());
    // A stack's cells come one after the other, but what they give stays; the others run together.
    bytes += DeviceMemory::Rounded(4 * rows * steps * spec.units) + direction;
  }
  return bytes;
}

int64_t CudaRun::BytesFor(int64_t rows) const {
  const auto piece = [rows, this](int64_t numbers) { return DeviceMemory::Rounded(4 * (numbers / batch_) * rows); };
  int64_t bytes = piece(Size(args_.shape)), largest = 0, widest = 0;
  for (int64_t size : plan_.outputs) bytes += piece(size);
  for (size_t i = 0; i < model_.layers().size(); ++i) {
    largest = std::max(largest, Size(plan_.shapes[i + 1]));
    widest = std::max(widest, LayerBytes(i, rows));
  }
  const int64_t steps = args_.shape.size() > 1 ? args_.shape[1] : 1;
  return bytes + 2 * piece(largest) + widest + DeviceMemory::Rounded(rows * steps) +
         DeviceMemory::Rounded(plan_.mask_bytes / batch_ * rows + 1);
}

// As many rows at once as fit.
Status CudaRun::ChooseRows() {
  int64_t free = 0;
  UNROLL_TRY(FreeBytes(&free));
  // What the workspace holds is there for this run.
  const int64_t allowed = free + memory_.bytes();
  rows_ = std::min(batch_, kMostRows);
  while (rows_ > 1 && BytesFor(rows_) > allowed) rows_ = (rows_ + 1) / 2;
  const int64_t needed = BytesFor(rows_);
  if (needed > allowed) {
    return Status(Code::kTooLarge, "One sequence of this run needs " + Megabytes(needed) +
                                       " of the GPU's memory; 80 % of what is free are " + Megabytes(allowed) + ". Run it on the CPU.");
  }
  return Status::Ok();
}

Status CudaRun::Portion(int64_t first) {
  first_ = first;
  next_state_ = 0;
  UNROLL_TRY(memory_.Reserve(BytesFor(rows_)));
  UNROLL_TRY(TakeMemory());
  Flow flow{x_, nullptr};
  UNROLL_TRY(Upload(&flow));
  for (size_t i = 0; i < model_.layers().size(); ++i) {
    if (cancelled()) return Cancelled();
    const int64_t slot = plan_.layers[i].output[0];
    float* out = slot >= 0 ? outputs_[static_cast<size_t>(slot)] : between_[i % 2];
    const int64_t mark = memory_.mark();
    UNROLL_TRY(Layer(i, &flow, out));
    memory_.Release(mark);
    flow.data = out;
  }
  return Download();
}

Status CudaRun::TakeMemory() {
  const int64_t numbers = Size(args_.shape) / batch_ * rows_;
  x_ = args_.ids == nullptr ? memory_.Take<float>(numbers) : nullptr;
  ids_ = args_.ids == nullptr ? nullptr : memory_.Take<int32_t>(numbers);
  given_mask_ = memory_.Take<uint8_t>(rows_ * (args_.shape.size() > 1 ? args_.shape[1] : 1));
  made_mask_ = memory_.Take<uint8_t>(plan_.mask_bytes / batch_ * rows_ + 1);
  outputs_.clear();
  int64_t largest = 0;
  for (size_t i = 0; i < model_.layers().size(); ++i) largest = std::max(largest, Size(plan_.shapes[i + 1]));
  for (float*& between : between_) between = memory_.Take<float>(largest / batch_ * rows_);
  for (int64_t size : plan_.outputs) {
    outputs_.push_back(memory_.Take<float>(size / batch_ * rows_));
    if (outputs_.back() == nullptr) return TooSmall();
  }
  return between_[1] == nullptr || made_mask_ == nullptr ? TooSmall() : Status::Ok();
}

Status CudaRun::Upload(Flow* flow) {
  const int64_t row = Size(args_.shape) / batch_;
  if (args_.ids == nullptr)
    UNROLL_TRY(transfer_.ToDevice(x_, args_.x + first_ * row, 4 * rows_ * row, token_));
  else
    UNROLL_TRY(transfer_.ToDevice(ids_, args_.ids + first_ * row, 4 * rows_ * row, token_));
  if (args_.mask == nullptr) return Status::Ok();
  flow->mask = given_mask_;
  return transfer_.ToDevice(given_mask_, args_.mask + first_ * args_.shape[1], rows_ * args_.shape[1], token_);
}

Status CudaRun::Download() {
  for (size_t i = 0; i < plan_.outputs.size(); ++i) {
    const int64_t row = plan_.outputs[i] / batch_;
    UNROLL_TRY(transfer_.ToHost(args_.outputs[i] + first_ * row, outputs_[i], 4 * rows_ * row, token_));
  }
  return Status::Ok();
}

Status CudaRun::Multiply(GemmArgs args, int64_t rows, bool progress) {
  const double row_work = static_cast<double>(args.depth) * args.columns;
  const int64_t most = std::clamp<int64_t>(static_cast<int64_t>(kPieceMs * model_.limits().products_ms / row_work), 128, kMostGemmRows);
  for (int64_t first = 0; first < rows; first += most) {
    if (cancelled()) return Cancelled();
    args.first = first;
    args.end = std::min(rows, first + most);
    UNROLL_CUDA(LaunchGemm(args, model_.precision(), stream()));
    // What is queued cannot be called back; of one piece nothing has to be waited for.
    if (args.end < rows || first > 0) UNROLL_TRY(transfer_.Wait());
    if (progress && token_ != nullptr) token_->Advance(args.end - first);
  }
  return Status::Ok();
}

Status CudaRun::Layer(size_t index, Flow* flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  if (!layer.directions.empty()) return Recurrent(index, flow, out);
  if (layer.kind == LayerKind::kDense) return Dense(index, *flow, out);
  return Pointwise(index, flow, out);
}

Status CudaRun::Dense(size_t index, const Flow& flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  const DeviceLayer& device = model_.device_layer(index);
  const Shape& input = plan_.shapes[index];
  const int64_t rows = Size(input) / input.back() / batch_ * rows_;
  GemmArgs g{};
  g.a = flow.data;
  g.inner = rows;
  g.inner_stride = input.back();
  g.depth = static_cast<int>(input.back());
  g.w = device.kernel;
  g.bias = device.bias;
  g.columns = static_cast<int>(layer.units);
  g.out = out;
  UNROLL_TRY(Multiply(g, rows, true));
  UNROLL_CUDA(LaunchActivation(layer.activation, out, rows, layer.units, stream()));
  return Status::Ok();
}

Status CudaRun::Pointwise(size_t index, Flow* flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  const Shape& input = plan_.shapes[index];
  const int64_t size = Size(input) / batch_ * rows_, last = input.back();
  const auto copy = [&]() { return cudaMemcpyAsync(out, flow->data, static_cast<size_t>(4 * size), cudaMemcpyDeviceToDevice, stream()); };
  switch (layer.kind) {
    case LayerKind::kActivation:
      UNROLL_CUDA(copy());
      UNROLL_CUDA(LaunchActivation(layer.activation, out, size / last, last, stream()));
      return Status::Ok();
    case LayerKind::kEmbedding: {
      uint8_t* mask = layer.mask_zero ? made_mask_ : nullptr;
      UNROLL_CUDA(LaunchEmbed(ids_, size, model_.device_layer(index).table, layer.units, out, mask, stream()));
      if (layer.mask_zero) flow->mask = mask;
      return Status::Ok();
    }
    case LayerKind::kMasking:
      UNROLL_CUDA(LaunchMasking(flow->data, size / last, last, layer.mask_value, out, made_mask_, stream()));
      flow->mask = made_mask_;
      return Status::Ok();
    case LayerKind::kRepeatVector:
      UNROLL_CUDA(LaunchRepeat(flow->data, rows_, input[1], layer.times, out, stream()));
      flow->mask = nullptr;
      return Status::Ok();
    default:
      UNROLL_CUDA(copy());
      flow->mask = nullptr;
      return Status::Ok();
  }
}

Status CudaRun::Recurrent(size_t index, Flow* flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  const Status status = layer.kind == LayerKind::kStack ? Stack(index, *flow, out) : Directions(index, *flow, out);
  if (!layer.directions.back().return_sequences) flow->mask = nullptr;
  return status;
}

// All that does not depend on what the layer does with its directions; uploads the initial states.
Status CudaRun::TaskOf(size_t index, size_t direction, const Flow& flow, Slots* slots, CudaTask* task) {
  const LayerSpec& layer = model_.layers()[index];
  const LayerOutputs& outputs = plan_.layers[index];
  const RecurrentSpec& spec = layer.directions[direction];
  *task = CudaTask{};
  task->spec = &spec;
  task->cell = &model_.device_layer(index).directions[direction];
  task->rows = rows_;
  task->timesteps = plan_.shapes[index][1];
  task->x = flow.data;
  task->mask = flow.mask;
  task->mask_turned = layer.kind == LayerKind::kStack && direction > 0 && layer.directions[0].go_backwards;
  float** const states[2] = {&task->h, &task->c};
  bool given[2] = {false, false};
  for (int64_t s = 0; s < StateCount(spec.cell); ++s) {
    *states[s] = outputs_[static_cast<size_t>(outputs.states[slots->state++])];
    const size_t at = next_state_++;
    const float* initial = at < args_.initial_states.size() ? args_.initial_states[at] : nullptr;
    given[s] = initial != nullptr;
    if (given[s]) UNROLL_TRY(transfer_.ToDevice(*states[s], initial + first_ * spec.units, 4 * rows_ * spec.units, token_));
  }
  task->initial = given[0] || given[1];
  // Of two states one may be left out.
  for (int64_t s = 0; task->initial && s < StateCount(spec.cell); ++s) {
    if (!given[s]) UNROLL_CUDA(cudaMemsetAsync(*states[s], 0, static_cast<size_t>(4 * rows_ * spec.units), stream()));
  }
  for (int64_t k = 0; k < 6 && !outputs.traces.empty() && k < TraceCount(spec.cell); ++k)
    task->traces[k] = outputs_[static_cast<size_t>(outputs.traces[slots->trace++])];
  return Status::Ok();
}

// The cells of a stack one after the other: each over the whole sequence, which is the same as all of them in every step.
Status CudaRun::Stack(size_t index, Flow flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  Slots slots;
  for (size_t cell = 0; cell < layer.directions.size(); ++cell) {
    const int64_t units = layer.directions[cell].units;
    CudaTask task;
    UNROLL_TRY(TaskOf(index, cell, flow, &slots, &task));
    const int64_t steps = task.spec->return_sequences ? task.timesteps : 1;
    task.out = cell + 1 == layer.directions.size() ? out : memory_.Take<float>(rows_ * steps * units);
    if (task.out == nullptr) return TooSmall();
    task.out_row = steps * units;
    task.out_step = units;
    UNROLL_TRY(RunTasks(&task, 1));
    flow.data = task.out;
  }
  return Status::Ok();
}

Status CudaRun::Directions(size_t index, const Flow& flow, float* out) {
  const LayerSpec& layer = model_.layers()[index];
  const int64_t steps = layer.directions[0].return_sequences ? plan_.shapes[index][1] : 1;
  const int count = static_cast<int>(layer.directions.size());
  const bool both = count > 1, concat = both && layer.merge == MergeMode::kConcat;
  float *second = nullptr, *scratch = nullptr;
  if (both && !concat) {
    const int64_t slot = layer.merge == MergeMode::kNone ? plan_.layers[index].output[1] : -1;
    second = slot >= 0 ? outputs_[static_cast<size_t>(slot)] : scratch = memory_.Take<float>(rows_ * steps * layer.directions[1].units);
    if (second == nullptr) return TooSmall();
  }
  CudaTask tasks[2];
  Slots slots;
  for (int d = 0; d < count; ++d) {
    CudaTask& task = tasks[d];
    UNROLL_TRY(TaskOf(index, static_cast<size_t>(d), flow, &slots, &task));
    const int64_t width = concat ? layer.directions[0].units + layer.directions[1].units : layer.directions[static_cast<size_t>(d)].units;
    task.out_row = steps * width;
    task.out_step = width;
    task.out = d == 0 ? out : concat ? out + layer.directions[0].units : second;
    if (d == 0) continue;
    // A Bidirectional turns the backward sequence round.
    task.out += (steps - 1) * width;
    task.out_step = -width;
  }
  UNROLL_TRY(RunTasks(tasks, count));
  if (scratch == nullptr || layer.merge == MergeMode::kNone) return Status::Ok();
  UNROLL_CUDA(LaunchMerge(layer.merge, out, scratch, rows_ * steps * layer.directions[0].units, stream()));
  return Status::Ok();
}

}  // namespace cuda
}  // namespace unroll
