// The loop over the time steps: input projections in chunks, then one step of the cell after the other. The cells are in kernels/cpu.
#include "native/core/direction.h"

#include <algorithm>
#include <cstring>

#include "native/core/plan.h"
#include "native/core/whole_vector.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

// The widest panel of units of any target.
constexpr int64_t kWidestPanel = 64;
// Multiply-adds between two looks at the cancel token: a few milliseconds.
constexpr int64_t kPieceWork = int64_t{1} << 26;
// Multiply-adds of panels that are not worth taking alone where several members share them.
constexpr int64_t kGroupWork = int64_t{1} << 15;
// Rows from which a step takes its input itself, and the most features of these: beyond, the copies would be worth more than the sums.
constexpr int64_t kInputRows = 16, kInputFeatures = 2048;

int64_t Padded(int64_t units) { return (units + kWidestPanel - 1) / kWidestPanel * kWidestPanel; }

int64_t InputStride(int64_t features) { return RowStride(Block::Rounded(features)); }

}  // namespace

bool TakesInput(const RecurrentSpec& spec, int64_t batch, int64_t features) {
  return spec.cell == Cell::kLstm && batch >= kInputRows && features <= kInputFeatures && spec.units > kQuadUnits && !SeesWholeVector(spec);
}

int64_t DirectionFloats(const RecurrentSpec& spec, int64_t batch, int64_t timesteps, int64_t features, int64_t threads) {
  const int64_t units = Padded(spec.units), width = GateCount(spec.cell) * units;
  const int64_t whole = SeesWholeVector(spec) ? batch * width + kWholeVectorRows * units : 0;
  // Fewer rows may be projected for more steps at once, and so be more of them together; and some of fewer rows take no input.
  const int64_t projected = std::min(timesteps * batch, std::max(batch, kProjectionRows)) * width;
  const int64_t taken = TakesInput(spec, batch, features) ? 2 * batch * InputStride(features) : 0;
  // Each piece of an arena is rounded up to 16 floats, and a state's row may be 16 floats longer than its units.
  return std::max(projected, taken) + 4 * batch * (units + 16) + whole + threads * batch / 4 + 256;
}

DirectionTask DirectionTask::Rows(int64_t from, int64_t to) const {
  DirectionTask part = *this;
  const int64_t units = spec->units;
  part.batch = to - from;
  part.x += from * timesteps * features;
  if (mask != nullptr) part.mask += from * timesteps;
  if (initial_h != nullptr) part.initial_h += from * units;
  if (initial_c != nullptr) part.initial_c += from * units;
  part.h += from * units;
  if (c != nullptr) part.c += from * units;
  part.out += from * out_row;
  for (float*& trace : part.traces) {
    if (trace != nullptr) trace += from * timesteps * units;
  }
  return part;
}

Direction::Direction(const DirectionTask& task, int members, Arena* arena)
    : task_(task),
      members_(members),
      takes_input_(TakesInput(*task.spec, task.batch, task.features)),
      units_(task.spec->units),
      stride_(task.weights->stride()),
      x_stride_(InputStride(task.features)),
      chunk_(takes_input_ ? task.timesteps : ProjectionSteps(task.batch, task.timesteps)),
      barrier_(members),
      taken_(members > 1 ? new Taken[members] : nullptr) {
  const int64_t rows = task.weights->whole_rows(task.batch);
  const int64_t all = task.weights->panels * task.weights->row_width(), states = rows * stride_;
  const bool whole = SeesWholeVector(*task.spec);
  const bool before = task.spec->cell == Cell::kGru && !task.spec->reset_after;
  projected_ = arena->Take(takes_input_ ? 0 : chunk_ * rows * all);
  for (float*& x : x_) x = arena->Take(takes_input_ ? task.batch * x_stride_ : 0);
  h_[0] = arena->Take(states);
  h_[1] = arena->Take(states);
  c_ = arena->Take(task.spec->cell == Cell::kLstm ? states : 0);
  reset_ = arena->Take(before ? states : 0);
  recurrent_ = arena->Take(whole ? task.batch * all : 0);
  rows_ = arena->Take(whole ? kWholeVectorRows * stride_ : 0);
  seen_ = reinterpret_cast<uint8_t*>(arena->Take(task.mask != nullptr ? members * task.batch / 4 + 1 : 0));
  ready_ = projected_ && x_[0] && x_[1] && h_[0] && h_[1] && c_ && reset_ && recurrent_ && rows_ && seen_;
}

bool Direction::Run(int index) {
  Member member{index, seen_ + index * task_.batch};
  if (task_.mask != nullptr) std::fill_n(member.seen, task_.batch, uint8_t{0});
  Start(member);
  bool stop = false;
  for (int64_t first = 0; first < task_.timesteps; first += chunk_) {
    const int64_t steps = std::min(chunk_, task_.timesteps - first);
    if (!takes_input_) stop = !Project(&member, first, steps) || stop;
    // The states have to be there before the first step reads them, and the projections before whoever takes their panels.
    if (barrier_.Wait(stop)) return false;
    for (int64_t s = 0; s < steps; ++s) {
      const CellStep step = StepAt(first + s, s, steps);
      stop = stop || Cancelled();
      if (takes_input_ && first + s + 1 < task_.timesteps) TakeInput(member, first + s + 1);
      if (!stop && !Products(&member, step, (first + s) % 2 == 1, &stop)) return false;
      for (int64_t row = 0; step.counts != nullptr && row < task_.batch; ++row) {
        if (step.counts[row * step.counts_stride] != 0) member.seen[row] = 1;
      }
      if (barrier_.Wait(stop)) return false;
      if (index == 0 && task_.token != nullptr) task_.token->Advance(task_.batch);
    }
  }
  if (index == 0) Finish();
  return true;
}

void Direction::Start(const Member& member) {
  if (takes_input_) TakeInput(member, 0);
  if (member.index != 0) return;
  const auto copy = [&](float* state, const float* initial) {
    std::fill_n(state, task_.weights->whole_rows(task_.batch) * stride_, 0.0f);
    for (int64_t row = 0; initial != nullptr && row < task_.batch; ++row)
      std::copy_n(initial + row * units_, units_, state + row * stride_);
  };
  copy(h_[0], task_.initial_h);
  if (task_.spec->cell == Cell::kLstm) copy(c_, task_.initial_c);
}

// Copies a member's rows of the input of the step that is taken as the `taken`th. Every panel reads them, and in x they lie a whole
// sequence apart: often whole KiB, where all would meet in the same few sets of a cache.
void Direction::TakeInput(const Member& member, int64_t taken) {
  const int64_t from = task_.batch * member.index / members_, to = task_.batch * (member.index + 1) / members_;
  const float* const x = task_.x + TimeOf(taken) * task_.features;
  const int64_t next = task_.spec->go_backwards ? -task_.features : task_.features;
  for (int64_t row = from; row < to; ++row) {
    const float* const own = x + row * task_.timesteps * task_.features;
    for (int64_t k = 0; k < task_.features && taken + 1 < task_.timesteps; k += 16) __builtin_prefetch(own + next + k, 0, 2);
    std::copy_n(own, task_.features, x_[taken % 2] + row * x_stride_);
  }
}

// Calls body(first, end) for groups of panels until all of them are done; false where the run was cancelled between two. Several members
// begin with their own, which their caches may still hold from the step before, then take what others have left: processors are not equally
// fast, and where one waits for the other after every step the slowest would set the pace.
template <typename Body>
bool Direction::ForPanels(Member* member, int64_t depth, int64_t rows, bool backwards, Body body) {
  const int64_t panels = task_.weights->panels, work = std::max<int64_t>(1, rows * depth * task_.weights->width());
  int64_t most = std::max<int64_t>(1, kPieceWork / work);
  if (members_ > 1) most = std::min(most, (kGroupWork + work - 1) / work);
  const int phase = member->phase++ % 2;
  if (members_ > 1) taken_[member->index].groups[1 - phase].store(0, std::memory_order_relaxed);
  for (int i = 0; i < members_; ++i) {
    const int owner = (member->index + i) % members_;
    const int64_t first = panels * owner / members_, end = panels * (owner + 1) / members_, groups = (end - first + most - 1) / most;
    for (int64_t own = 0;; ++own) {
      const int64_t group = members_ == 1 ? own : taken_[owner].groups[phase].fetch_add(1, std::memory_order_relaxed);
      if (group >= groups) break;
      if (group > 0 && Cancelled()) return false;
      // The last ones first, where the order is turned: what is cached of them is used before it is gone.
      const int64_t at = backwards ? groups - 1 - group : group;
      body(first + at * most, std::min(end, first + (at + 1) * most));
    }
  }
  return true;
}

// projected[panel][step][row] = x·K + b for `steps` steps from `first`, in the order in which they are taken.
bool Direction::Project(Member* member, int64_t first, int64_t steps) {
  Projection p;
  p.matrix = &task_.weights->kernel;
  p.bias = task_.weights->bias.data();
  p.x = task_.x + TimeOf(first) * task_.features;
  p.steps = steps;
  p.step_stride = task_.spec->go_backwards ? -task_.features : task_.features;
  p.rows = task_.batch;
  p.row_stride = task_.timesteps * task_.features;
  p.out = projected_;
  p.quads = task_.weights->quads;
  return ForPanels(member, task_.features, steps * task_.batch, false,
                   [&](int64_t from, int64_t end) { task_.kernels->project(p, from, end); });
}

CellStep Direction::StepAt(int64_t taken, int64_t in_chunk, int64_t steps) {
  const int64_t rows = task_.weights->whole_rows(task_.batch), width = task_.weights->row_width();
  CellStep step;
  step.cell = task_.weights;
  step.spec = task_.spec;
  step.rows = task_.batch;
  step.x = takes_input_ ? x_[taken % 2] : nullptr;
  step.x_stride = x_stride_;
  step.projected = takes_input_ ? nullptr : projected_ + in_chunk * rows * width;
  step.panel_stride = steps * rows * width;
  step.h = h_[taken % 2];
  step.h_next = h_[(taken + 1) % 2];
  step.c = c_;
  step.reset = reset_;
  step.stride = stride_;
  step.counts = task_.mask == nullptr ? nullptr : task_.mask + (task_.mask_turned ? task_.timesteps - 1 - taken : TimeOf(taken));
  step.counts_stride = task_.timesteps;
  step.out = nullptr;
  step.out_stride = task_.out_row;
  if (task_.spec->return_sequences)
    step.out = task_.out + taken * task_.out_step;
  else if (taken + 1 == task_.timesteps)
    step.out = task_.out;
  step.traced = task_.traces[0] != nullptr;
  step.trace_stride = task_.timesteps * units_;
  for (int k = 0; k < 6 && step.traced; ++k) step.traces[k] = task_.traces[k] == nullptr ? nullptr : task_.traces[k] + taken * units_;
  return step;
}

// The products of a step and what follows from them; *stop where it was cancelled. False where all of the others stop, too.
bool Direction::Products(Member* member, const CellStep& step, bool backwards, bool* stop) {
  const int64_t wide = task_.weights->unit_panel;
  const auto hold = [&](int64_t from, int64_t end) {
    if (step.counts != nullptr) HoldMasked(*member, step, from * wide, std::min(units_, end * wide));
  };
  if (SeesWholeVector(*task_.spec)) {
    WholeVectorStep(step, *task_.kernels, recurrent_, rows_);
    hold(0, task_.weights->panels);
    return true;
  }
  if (task_.spec->cell == Cell::kGru && !task_.spec->reset_after && !task_.weights->quads) {
    const auto gates = [&](int64_t from, int64_t end) { task_.kernels->gru_gates(step, from, end, backwards); };
    *stop = !ForPanels(member, units_, step.rows, backwards, gates);
    if (barrier_.Wait(*stop)) return false;
  }
  const int64_t depth = units_ + (takes_input_ ? task_.features : 0);
  *stop = !ForPanels(member, depth, step.rows, backwards, [&](int64_t from, int64_t end) {
    task_.kernels->step(step, from, end, backwards);
    hold(from, end);
  });
  return true;
}

// What a step gives for rows that do not count: the output of the step before, or zeros; states that are held; gates that are closed.
void Direction::HoldMasked(const Member& member, const CellStep& step, int64_t first_unit, int64_t end_unit) {
  const RecurrentSpec& spec = *task_.spec;
  const int64_t count = end_unit - first_unit;
  for (int64_t row = 0; row < task_.batch; ++row) {
    if (step.counts[row * step.counts_stride] != 0 || count <= 0) continue;
    const float* h = step.h_next + row * stride_ + first_unit;
    if (step.out != nullptr) {
      float* out = step.out + row * step.out_stride + first_unit;
      // Before the first step that counts the output is zero, as TensorFlow and PyTorch have it.
      if (spec.zero_output_for_mask || member.seen[row] == 0)
        std::fill_n(out, count, 0.0f);
      else
        std::copy_n(h, count, out);
    }
    if (!step.traced) continue;
    const int64_t at = row * step.trace_stride + first_unit, states = StateCount(spec.cell);
    std::copy_n(h, count, step.traces[0] + at);
    if (states > 1) std::copy_n(c_ + row * stride_ + first_unit, count, step.traces[1] + at);
    for (int64_t k = states; k < TraceCount(spec.cell); ++k) std::fill_n(step.traces[k] + at, count, 0.0f);
  }
}

void Direction::Finish() {
  const float* h = h_[task_.timesteps % 2];
  for (int64_t row = 0; row < task_.batch; ++row) {
    std::copy_n(h + row * stride_, units_, task_.h + row * units_);
    if (task_.c != nullptr) std::copy_n(c_ + row * stride_, units_, task_.c + row * units_);
  }
}

}  // namespace unroll
