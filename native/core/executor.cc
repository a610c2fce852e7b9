// Runs the layers of a program one after the other over one arena.
#include "native/core/executor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "native/core/huge_pages.h"
#include "native/core/whole_vector.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

int64_t Size(const Shape& shape) {
  int64_t size = 1;
  for (int64_t d : shape) size *= d;
  return size;
}

// a[size] with b into a.
void Merge(MergeMode mode, float* a, const float* b, int64_t size) {
  for (int64_t k = 0; k < size; ++k)
    a[k] = mode == MergeMode::kMul ? a[k] * b[k] : mode == MergeMode::kSum ? a[k] + b[k] : (a[k] + b[k]) / 2;
}

// Multiply-adds of a run below which a second thread costs more than it takes off.
constexpr int64_t kThreadWork = 1 << 20;
// Multiply-adds of one thread's part of a step below which threads do not meet after each.
constexpr int64_t kStepWork = 1 << 14;
// Multiply-adds of a block of rows of a Dense layer.
constexpr int64_t kDenseBlockWork = 1 << 27;
// Recurrent weights that fit a core's own cache beside everything else: threads that share rows each read all of them.
constexpr int64_t kSharedFloats = 1 << 15;

// Whether so many threads do better with panels of the weights each, which meet after every step, than with rows of the batch apart, which
// never wait for each other.
bool ByPanels(const DirectionTask& task, int threads) {
  const PackedCell& cell = *task.weights;
  const int64_t size = cell.recurrent.data.size();
  return !SeesWholeVector(*task.spec) && cell.panels >= threads && size > kSharedFloats && task.batch * size / threads >= kStepWork;
}

}  // namespace

bool Model::UsesThreads(const Plan& plan) const { return threads_ > 1 && plan.work >= kThreadWork; }

Status Execution::Reserve() {
  if (!arena_.Reserve(plan_.arena_floats)) return Status(Code::kOutOfMemory, "There is no memory for this run.");
  int64_t largest = 0;
  for (size_t i = 1; i < plan_.shapes.size(); ++i) largest = std::max(largest, Size(plan_.shapes[i]));
  for (float*& between : between_) between = arena_.Take(largest);
  // Of the longest one: behind a RepeatVector or a Reshape there may be more steps than came in.
  mask_ = reinterpret_cast<uint8_t*>(arena_.Take(plan_.mask_bytes / 4 + 1));
  if (between_[0] == nullptr || between_[1] == nullptr || mask_ == nullptr) return Status(Code::kInternal, "The plan was too small.");
  return Status::Ok();
}

Status Execution::Run(CancelToken* token, Pool* pool) {
  token_ = token;
  pool_ = pool;
  next_state_ = 0;
  for (size_t i = 0; i < args_.outputs.size(); ++i) AdviseHugePages(args_.outputs[i], 4 * static_cast<size_t>(plan_.outputs[i]));
  Flow flow{args_.x, args_.mask};
  for (size_t i = 0; i < model_.layers_.size(); ++i) {
    if (Cancelled()) return Status(Code::kCancelled, "The run was cancelled.");
    // Straight into the caller's buffer where the output is wanted.
    const int64_t slot = plan_.layers[i].output[0];
    float* out = slot >= 0 ? args_.outputs[slot] : between_[i % 2];
    const int64_t mark = arena_.mark();
    Status status = model_.layers_[i].directions.empty() ? Pointwise(i, &flow, out) : Recurrent(i, &flow, out);
    arena_.Release(mark);
    if (!status.ok()) return status;
    flow.data = out;
  }
  return Status::Ok();
}

// All that does not depend on what the layer does with its directions; x and out are the caller's.
DirectionTask Execution::TaskOf(size_t index, size_t direction, const Flow& flow, Slots* slots) {
  const LayerSpec& layer = model_.layers_[index];
  const LayerOutputs& outputs = plan_.layers[index];
  const RecurrentSpec& spec = layer.directions[direction];
  const bool lstm = spec.cell == Cell::kLstm;
  DirectionTask task;
  task.spec = &spec;
  task.weights = &model_.weights_[index].directions[direction];
  task.kernels = &model_.kernels_;
  task.batch = plan_.shapes[index][0];
  task.timesteps = plan_.shapes[index][1];
  task.features = task.weights->features;
  task.x = flow.data;
  task.mask = flow.mask;
  // What the first cell of a stack took backwards, the others see in that order.
  task.mask_turned = layer.kind == LayerKind::kStack && direction > 0 && layer.directions[0].go_backwards;
  task.initial_h = NextState();
  task.initial_c = lstm ? NextState() : nullptr;
  task.h = args_.outputs[outputs.states[slots->state++]];
  task.c = lstm ? args_.outputs[outputs.states[slots->state++]] : nullptr;
  task.token = token_;
  for (int64_t k = 0; k < 6; ++k)
    task.traces[k] = !outputs.traces.empty() && k < TraceCount(spec.cell) ? args_.outputs[outputs.traces[slots->trace++]] : nullptr;
  return task;
}

Status Execution::Recurrent(size_t index, Flow* flow, float* out) {
  const LayerSpec& layer = model_.layers_[index];
  const bool sequences = layer.directions.back().return_sequences;
  const Status status = layer.kind == LayerKind::kStack ? Stack(index, *flow, out) : Directions(index, *flow, out);
  if (!sequences) flow->mask = nullptr;
  return status;
}

// The cells of a stack one after the other: each over the whole sequence, which is the same as all of them in every step.
Status Execution::Stack(size_t index, Flow flow, float* out) {
  const LayerSpec& layer = model_.layers_[index];
  Slots slots;
  for (size_t cell = 0; cell < layer.directions.size(); ++cell) {
    const int64_t units = layer.directions[cell].units;
    DirectionTask task = TaskOf(index, cell, flow, &slots);
    const int64_t steps = task.spec->return_sequences ? task.timesteps : 1;
    task.out = cell + 1 == layer.directions.size() ? out : arena_.Take(task.batch * steps * units);
    if (task.out == nullptr) return Status(Code::kInternal, "The plan of a layer was too small.");
    task.out_row = steps * units;
    task.out_step = units;
    if (Status status = RunTasks(&task, 1); !status.ok()) return status;
    flow.data = task.out;
  }
  return Status::Ok();
}

Status Execution::Directions(size_t index, const Flow& flow, float* out) {
  const LayerSpec& layer = model_.layers_[index];
  const Shape& input = plan_.shapes[index];
  const LayerOutputs& outputs = plan_.layers[index];
  const int64_t batch = input[0], steps = layer.directions[0].return_sequences ? input[1] : 1;
  // What is concatenated is written where it belongs at once; a sum, a product or a mean needs the second direction beside the first.
  const bool both = layer.directions.size() > 1, concat = both && layer.merge == MergeMode::kConcat;
  float *second = nullptr, *scratch = nullptr;
  if (both && !concat) {
    if (layer.merge == MergeMode::kNone && outputs.output[1] >= 0)
      second = args_.outputs[outputs.output[1]];
    else
      second = scratch = arena_.Take(batch * steps * layer.directions[1].units);
    if (second == nullptr) return Status(Code::kInternal, "The plan of a layer was too small.");
  }
  DirectionTask tasks[2];
  Slots slots;
  for (size_t d = 0; d < layer.directions.size(); ++d) {
    DirectionTask& task = tasks[d];
    task = TaskOf(index, d, flow, &slots);
    const int64_t width = concat ? layer.directions[0].units + layer.directions[1].units : layer.directions[d].units;
    task.out_row = steps * width;
    task.out_step = width;
    task.out = d == 0 ? out : concat ? out + layer.directions[0].units : second;
    if (d == 1) {
      // A Bidirectional turns the backward sequence round.
      task.out += (steps - 1) * width;
      task.out_step = -width;
    }
  }
  if (Status status = RunTasks(tasks, layer.directions.size()); !status.ok()) return status;
  if (scratch != nullptr && layer.merge != MergeMode::kNone) Merge(layer.merge, out, scratch, batch * steps * layer.directions[0].units);
  return Status::Ok();
}

// Threads on panels take both directions one after the other, so that none waits for a slower one; else directions are beside each other,
// each with its share of the threads.
Status Execution::RunTasks(const DirectionTask* tasks, size_t count) {
  const int64_t rows = tasks[0].batch * tasks[0].timesteps;
  int64_t work = 0;
  for (size_t d = 0; d < count; ++d)
    work += rows * tasks[d].weights->width() * tasks[d].weights->panels * (tasks[d].features + tasks[d].spec->units);
  const int threads = pool_ == nullptr || work < kThreadWork ? 1 : pool_->Grow(static_cast<int>(model_.threads_));
  const bool in_turn =
      threads == 1 || std::all_of(tasks, tasks + count, [&](const DirectionTask& task) { return ByPanels(task, threads); });
  if (!in_turn) return RunBeside(tasks, count, std::max(1, threads / static_cast<int>(count)));
  for (size_t d = 0; d < count; ++d) {
    const int64_t mark = arena_.mark();
    if (Status status = RunBeside(tasks + d, 1, threads); !status.ok()) return status;
    arena_.Release(mark);
  }
  return Status::Ok();
}

// Each by so many threads.
Status Execution::RunBeside(const DirectionTask* tasks, size_t count, int share) {
  const auto failed = [](bool ready) {
    return ready ? Status(Code::kCancelled, "The run was cancelled.") : Status(Code::kInternal, "The plan of a direction was too small.");
  };
  if (count == 1 && share == 1) {
    Direction direction(tasks[0], 1, &arena_);
    return direction.ready() && direction.Run(0) ? Status::Ok() : failed(direction.ready());
  }
  struct Seat {
    Direction* direction;
    int member;
  };
  std::vector<std::unique_ptr<Direction>> directions;
  std::vector<Seat> seats;
  for (size_t d = 0; d < count; ++d) {
    const DirectionTask& task = tasks[d];
    const int members = ByPanels(task, share) ? share : 1;
    const int slices = members > 1 ? 1 : static_cast<int>(std::min<int64_t>(share, std::max<int64_t>(1, task.batch / 4)));
    for (int slice = 0; slice < slices; ++slice) {
      const DirectionTask part = task.Rows(task.batch * slice / slices, task.batch * (slice + 1) / slices);
      directions.push_back(std::make_unique<Direction>(part, members, &arena_));
      if (!directions.back()->ready()) return failed(false);
      for (int member = 0; member < members; ++member) seats.push_back({directions.back().get(), member});
    }
  }
  std::atomic<bool> cancelled{false};
  pool_->Run(static_cast<int>(seats.size()), [&](int i) {
    if (!seats[i].direction->Run(seats[i].member)) cancelled.store(true, std::memory_order_relaxed);
  });
  return cancelled.load() ? failed(true) : Status::Ok();
}

const float* Execution::NextState() {
  const size_t at = next_state_++;
  return at < args_.initial_states.size() ? args_.initial_states[at] : nullptr;
}

Status Execution::Pointwise(size_t index, Flow* flow, float* out) {
  const LayerSpec& layer = model_.layers_[index];
  const Shape& input = plan_.shapes[index];
  const int64_t size = flow->data == nullptr ? 0 : Size(input);
  switch (layer.kind) {
    case LayerKind::kDense:
      return Dense(layer, model_.weights_[index], size / input.back(), input.back(), flow->data, out);
    case LayerKind::kActivation:
      std::copy_n(flow->data, size, out);
      Activate(layer.activation, out, size / input.back(), input.back());
      return Status::Ok();
    case LayerKind::kEmbedding:
      return Embed(layer, model_.weights_[index].table, input[0] * input[1], flow, out);
    case LayerKind::kMasking:
      MaskSteps(layer.mask_value, input, flow, out);
      return Status::Ok();
    case LayerKind::kRepeatVector:
      for (int64_t row = 0; row < input[0]; ++row) {
        for (int64_t k = 0; k < layer.times; ++k)
          std::copy_n(flow->data + row * input[1], input[1], out + (row * layer.times + k) * input[1]);
      }
      flow->mask = nullptr;
      return Status::Ok();
    default:
      std::copy_n(flow->data, size, out);
      flow->mask = nullptr;
      return Status::Ok();
  }
}

// v: [rows, n]; vector activations see a row at once.
void Execution::Activate(Activation activation, float* v, int64_t rows, int64_t n) {
  if (!SeesWholeVector(activation)) return model_.kernels_.activate(activation, v, rows * n);
  std::vector<float> scratch(n);
  for (int64_t row = 0; row < rows; ++row) VectorActivation(activation, v + row * n, n, scratch.data());
}

// x: [rows, features] → out: [rows, units], in blocks between which a cancel is seen.
Status Execution::Dense(const LayerSpec& layer, const LayerWeights& w, int64_t rows, int64_t features, const float* x, float* out) {
  // A block is long enough to read the kernel once for many rows, and short enough for a cancel to be seen in a few milliseconds.
  const int64_t work = features * layer.units;
  const int64_t most = std::clamp<int64_t>(kDenseBlockWork / work, 6, 240);
  const auto part = [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to && !Cancelled(); row += most) {
      const int64_t count = std::min(most, to - row);
      float* block = out + row * layer.units;
      for (int64_t k = 0; k < count; ++k) std::copy_n(w.bias.data(), layer.units, block + k * layer.units);
      model_.kernels_.gemm(x + row * features, features, count, w.kernel, block, layer.units, true);
      if (!SeesWholeVector(layer.activation)) model_.kernels_.activate(layer.activation, block, count * layer.units);
      if (token_ != nullptr) token_->Advance(count);
    }
  };
  const bool alone = pool_ == nullptr || rows < 2 * 6 || rows * work < kThreadWork;
  const int threads = alone ? 1 : pool_->Grow(static_cast<int>(std::min(model_.threads_, rows / 6)));
  if (threads == 1)
    part(0, rows);
  else
    pool_->Run(threads, [&](int i) { part(rows * i / threads, rows * (i + 1) / threads); });
  if (Cancelled()) return Status(Code::kCancelled, "The run was cancelled.");
  if (SeesWholeVector(layer.activation)) Activate(layer.activation, out, rows, layer.units);
  return Status::Ok();
}

Status Execution::Embed(const LayerSpec& layer, const std::vector<float>& table, int64_t count, Flow* flow, float* out) {
  if (Status status = CheckIds(layer, args_.ids, count); !status.ok()) return status;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t id = args_.ids[i];
    std::copy_n(table.data() + id * layer.units, layer.units, out + i * layer.units);
    if (layer.mask_zero) mask_[i] = id == 0 ? 0 : 1;
  }
  if (layer.mask_zero) flow->mask = mask_;
  return Status::Ok();
}

// A step counts where any feature differs from the value; the others become 0. Source: keras.layers.Masking.
void Execution::MaskSteps(float value, const Shape& input, Flow* flow, float* out) {
  const int64_t features = input[2];
  for (int64_t i = 0; i < input[0] * input[1]; ++i) {
    const float* step = flow->data + i * features;
    const bool counts = std::any_of(step, step + features, [value](float x) { return x != value; });
    mask_[i] = counts ? 1 : 0;
    if (counts)
      std::copy_n(step, features, out + i * features);
    else
      std::fill_n(out + i * features, features, 0.0f);
  }
  flow->mask = mask_;
}

}  // namespace unroll
