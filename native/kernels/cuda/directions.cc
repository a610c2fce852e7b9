// The recurrence of one direction or two: input projections in chunks of steps, launches of the steps, looks at the cancel token between.
#include <algorithm>
#include <chrono>

#include "native/kernels/cpu/activation_scalar.h"
#include "native/kernels/cuda/cuda_run.h"
#include "native/kernels/cuda/errors.h"

namespace unroll {
namespace cuda {
namespace {

// Numbers of a projection that are kept at once: 64 MiB.
constexpr int64_t kProjectedNumbers = int64_t{1} << 24;
// Groups that a layout may have: no GPU has more multiprocessors.
constexpr int64_t kMostGroups = 1024;
// What a launch should take, and may take at most, so that a cancel is seen soon.
constexpr double kWantedMs = 8;
// What a step takes whatever there is to multiply: its barrier.
constexpr double kStepMs = 0.003;

int64_t Columns(const RecurrentSpec& spec) { return GateCount(spec.cell) * spec.units; }

bool ResetsBefore(const RecurrentSpec& spec) { return spec.cell == Cell::kGru && !spec.reset_after; }

// Steps that are projected at once.
int64_t ChunkSteps(const RecurrentSpec& spec, int64_t rows, int64_t timesteps, int64_t features, const GpuLimits& limits) {
  const int64_t numbers = rows * Columns(spec);
  const int64_t by_time = static_cast<int64_t>(kWantedMs * limits.products_ms / (static_cast<double>(numbers) * features));
  const int64_t steps = std::min({timesteps, kProjectedNumbers / numbers, by_time});
  return std::clamp<int64_t>(steps, 1, kMostSteps);
}

// Steps of the first launch, by a guess of what one takes; those that follow are measured.
int64_t GuessSteps(const CudaTask* tasks, int count, const Layout& layout, const GpuLimits& limits) {
  double ms = kStepMs;
  for (int i = 0; i < count; ++i) {
    const double weights = static_cast<double>(Columns(*tasks[i].spec)) * Depth(tasks[i].spec->units);
    ms += weights * static_cast<double>(tasks[i].rows) / limits.products_ms;
    if (!layout.resident) ms += 4 * weights / limits.bytes_ms;
  }
  return std::clamp<int64_t>(static_cast<int64_t>(kWantedMs / ms), 1, kMostSteps);
}

}  // namespace

int64_t DirectionBytes(const RecurrentSpec& spec, int64_t rows, int64_t timesteps, int64_t features, const GpuLimits& limits) {
  const int64_t depth = Depth(spec.units), numbers = rows * Columns(spec);
  const auto piece = [](int64_t count) { return DeviceMemory::Rounded(4 * count); };
  return piece(ChunkSteps(spec, rows, timesteps, features, limits) * numbers) + piece(2 * rows * depth) +
         (ResetsBefore(spec) ? piece(rows * depth) : 0) + (SeesWholeVector(spec) ? piece(numbers) : 0) + piece(rows) + piece(kMostGroups);
}

// Takes a direction's memory and fills its states; the layout comes later.
Status CudaRun::Prepare(const CudaTask& task, int64_t steps, DirectionArgs* args) {
  const RecurrentSpec& spec = *task.spec;
  const int64_t units = spec.units, depth = Depth(units);
  DirectionArgs& d = *args;
  d = DirectionArgs{};
  d.cell = spec.cell;
  d.activation = spec.activation;
  d.recurrent_activation = spec.recurrent_activation;
  d.reset_after = spec.reset_after;
  d.zero_output = spec.zero_output_for_mask;
  d.sequences = spec.return_sequences;
  d.whole = SeesWholeVector(spec);
  d.units = static_cast<int>(units);
  d.gates = static_cast<int>(GateCount(spec.cell));
  d.recurrent = task.cell->recurrent;
  d.recurrent_bias = task.cell->recurrent_bias;
  d.projected = memory_.Take<float>(steps * task.rows * Columns(spec));
  d.h = memory_.Take<float>(2 * task.rows * depth);
  d.c = task.c;
  if (ResetsBefore(spec)) d.reset = memory_.Take<float>(task.rows * depth);
  if (d.whole) d.sums = memory_.Take<float>(task.rows * Columns(spec));
  int* first = memory_.Take<int>(task.rows);
  d.arrived = memory_.Take<unsigned>(kMostGroups);
  if (d.projected == nullptr || d.h == nullptr || d.arrived == nullptr)
    return Status(Code::kInternal, "The plan of the GPU was too small.");
  d.mask = task.mask;
  d.mask_from_end = spec.go_backwards || task.mask_turned;
  d.first = first;
  d.out = task.out;
  d.out_row = task.out_row;
  d.out_step = task.out_step;
  std::copy(std::begin(task.traces), std::end(task.traces), std::begin(d.traces));
  // Zeros beyond the last unit, too.
  UNROLL_CUDA(cudaMemsetAsync(d.h, 0, static_cast<size_t>(8 * task.rows * depth), stream()));
  if (d.reset != nullptr) UNROLL_CUDA(cudaMemsetAsync(d.reset, 0, static_cast<size_t>(4 * task.rows * depth), stream()));
  if (task.initial) {
    UNROLL_CUDA(cudaMemcpy2DAsync(d.h, static_cast<size_t>(4 * depth), task.h, static_cast<size_t>(4 * units),
                                  static_cast<size_t>(4 * units), static_cast<size_t>(task.rows), cudaMemcpyDeviceToDevice, stream()));
  } else if (d.c != nullptr) {
    UNROLL_CUDA(cudaMemsetAsync(d.c, 0, static_cast<size_t>(4 * task.rows * units), stream()));
  }
  if (d.mask != nullptr) UNROLL_CUDA(LaunchFirst(d.mask, task.rows, static_cast<int>(task.timesteps), d.mask_from_end, first, stream()));
  return Status::Ok();
}

Status CudaRun::Project(const CudaTask& task, float* projected, int64_t first, int64_t steps) {
  const int64_t features = task.cell->features, time = task.spec->go_backwards ? task.timesteps - 1 - first : first;
  GemmArgs g{};
  g.a = task.x + time * features;
  g.inner = task.rows;
  g.outer_stride = task.spec->go_backwards ? -features : features;
  g.inner_stride = task.timesteps * features;
  g.depth = static_cast<int>(features);
  g.w = task.cell->kernel;
  g.bias = task.cell->bias;
  g.columns = static_cast<int>(Columns(*task.spec));
  g.out = projected;
  return Multiply(g, steps * task.rows, false);
}

// All steps; args has everything but which.
Status CudaRun::Steps(const CudaTask* tasks, int count, RecurrenceArgs* args) {
  int64_t chunk = kMostSteps;
  for (int i = 0; i < count; ++i)
    chunk = std::min(chunk, ChunkSteps(*tasks[i].spec, tasks[i].rows, tasks[i].timesteps, tasks[i].cell->features, model_.limits()));
  float* const projected[2] = {args->direction[0].projected, args->direction[1].projected};
  int64_t most = GuessSteps(tasks, count, args->layout, model_.limits());
  for (int64_t first = 0; first < tasks[0].timesteps; first += chunk) {
    const int64_t steps = std::min(chunk, tasks[0].timesteps - first);
    for (int i = 0; i < count; ++i) UNROLL_TRY(Project(tasks[i], projected[i], first, steps));
    for (int64_t at = 0; at < steps; at += args->steps) {
      if (cancelled()) return Cancelled();
      args->first_step = static_cast<int>(first + at);
      args->steps = static_cast<int>(std::min(most, steps - at));
      for (int i = 0; i < count; ++i) {
        DirectionArgs& d = args->direction[i];
        d.projected = projected[i] + at * tasks[i].rows * Columns(*tasks[i].spec);
        UNROLL_CUDA(cudaMemsetAsync(d.arrived, 0, static_cast<size_t>(args->layout.groups) * sizeof(unsigned), stream()));
      }
      const auto before = std::chrono::steady_clock::now();
      UNROLL_CUDA(LaunchRecurrence(*args, stream()));
      UNROLL_TRY(transfer_.Wait());
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
      if (token_ != nullptr) token_->Advance(args->steps * tasks[0].rows * count);
      const double fitting = args->steps * kWantedMs / std::max(took.count(), 1e-3);
      most = std::clamp<int64_t>(static_cast<int64_t>(std::min(fitting, 4.0 * args->steps)), 1, kMostSteps);
    }
  }
  return Status::Ok();
}

Status CudaRun::RunTasks(const CudaTask* tasks, int count) {
  if (count > model_.limits().processors) {
    // Their blocks could not wait for each other.
    for (int i = 0; i < count; ++i) UNROLL_TRY(RunTasks(tasks + i, 1));
    return Status::Ok();
  }
  const int64_t mark = memory_.mark();
  RecurrenceArgs args{};
  DirectionShape shapes[2] = {};
  DirectionLayout layouts[2];
  for (int i = 0; i < count; ++i) {
    const RecurrentSpec& spec = *tasks[i].spec;
    const int64_t steps = ChunkSteps(spec, tasks[i].rows, tasks[i].timesteps, tasks[i].cell->features, model_.limits());
    UNROLL_TRY(Prepare(tasks[i], steps, &args.direction[i]));
    shapes[i] = {static_cast<int>(spec.units), static_cast<int>(GateCount(spec.cell))};
  }
  args.directions = count;
  args.tensor_cores = model_.limits().tensor_cores;
  args.batch = static_cast<int>(tasks[0].rows);
  args.timesteps = static_cast<int>(tasks[0].timesteps);
  args.layout = ChooseLayout(model_.limits(), shapes, count, args.batch, layouts);
  for (int i = 0; i < count; ++i) args.direction[i].layout = layouts[i];
  UNROLL_TRY(Steps(tasks, count, &args));
  for (int i = 0; i < count; ++i) {
    const size_t width = static_cast<size_t>(4 * tasks[i].spec->units), depth = static_cast<size_t>(4 * Depth(tasks[i].spec->units));
    const float* last = args.direction[i].h + tasks[i].timesteps % 2 * tasks[i].rows * Depth(tasks[i].spec->units);
    UNROLL_CUDA(
        cudaMemcpy2DAsync(tasks[i].h, width, last, depth, width, static_cast<size_t>(tasks[i].rows), cudaMemcpyDeviceToDevice, stream()));
  }
  memory_.Release(mark);
  return Status::Ok();
}

}  // namespace cuda
}  // namespace unroll
