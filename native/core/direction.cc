// The loop over the time steps: input projections in chunks, then one step of the cell after the other.
//
//   SimpleRNN  h' = act(x·K + b + h·R)
//   LSTM       i, f, o = rec(…), c' = f∘c + i∘act(…), h' = o∘act(c')
//   GRU        z, r = rec(…), h' = z∘h + (1 − z)∘hh;  hh = act(x·K + b + r∘(h·R + b')) with reset_after, else act(x·K + b + (r∘h)·R)
#include "native/core/direction.h"

#include <algorithm>
#include <cstring>

#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

class Loop {
 public:
  Loop(const DirectionTask& task, Arena* arena)
      : t_(task),
        units_(task.spec->units),
        columns_(GateCount(task.spec->cell) * units_),
        chunk_(ProjectionSteps(task.batch, task.timesteps)) {
    rows_ = arena->Take(chunk_ * t_.batch * t_.features);
    projection_ = arena->Take(chunk_ * t_.batch * columns_);
    recurrent_ = arena->Take(t_.batch * columns_);
    h_ = arena->Take(t_.batch * units_);
    c_ = arena->Take(t_.batch * units_);
    previous_ = arena->Take(t_.batch * units_);
    scratch_ = arena->Take(t_.batch * units_);
  }

  bool ready() const { return rows_ && projection_ && recurrent_ && h_ && c_ && previous_ && scratch_; }

  Status Run() {
    const int64_t size = t_.batch * units_;
    Start(h_, t_.initial_h, size);
    Start(c_, t_.initial_c, size);
    // Before the first step that counts the output is zero, as TensorFlow and PyTorch have it.
    std::fill_n(previous_, size, 0.0f);
    for (int64_t first = 0; first < t_.timesteps; first += chunk_) {
      const int64_t steps = std::min(chunk_, t_.timesteps - first);
      Project(first, steps);
      for (int64_t s = 0; s < steps; ++s) {
        if (t_.token != nullptr && t_.token->cancelled()) return Status(Code::kCancelled, "The run was cancelled.");
        Step(first + s, projection_ + s * t_.batch * columns_);
        if (t_.token != nullptr) t_.token->Advance(t_.batch);
      }
    }
    std::copy_n(h_, size, t_.h);
    if (t_.c != nullptr) std::copy_n(c_, size, t_.c);
    return Status::Ok();
  }

 private:
  static void Start(float* state, const float* initial, int64_t size) {
    if (initial == nullptr)
      std::fill_n(state, size, 0.0f);
    else
      std::copy_n(initial, size, state);
  }

  // The time at which the taken-th step looks.
  int64_t TimeOf(int64_t taken) const { return t_.spec->go_backwards ? t_.timesteps - 1 - taken : taken; }

  bool Counts(int64_t row, int64_t time) const { return t_.mask == nullptr || t_.mask[row * t_.timesteps + time] != 0; }

  // projection[step][row] = x·K + b for `steps` steps from `first`, in the order in which they are taken.
  void Project(int64_t first, int64_t steps) {
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t time = TimeOf(first + s);
      for (int64_t row = 0; row < t_.batch; ++row) {
        std::copy_n(t_.x + (row * t_.timesteps + time) * t_.features, t_.features, rows_ + (s * t_.batch + row) * t_.features);
        std::copy_n(t_.weights->bias.data(), columns_, projection_ + (s * t_.batch + row) * columns_);
      }
    }
    t_.kernels->gemm(rows_, t_.features, steps * t_.batch, t_.weights->kernel, projection_, columns_, true);
  }

  void Step(int64_t taken, float* a) {
    switch (t_.spec->cell) {
      case Cell::kSimpleRnn:
      case Cell::kLstm:
        t_.kernels->gemm(h_, units_, t_.batch, t_.weights->recurrent, a, columns_, true);
        break;
      case Cell::kGru:
        GruProducts(a);
        break;
    }
    const int64_t time = TimeOf(taken);
    for (int64_t row = 0; row < t_.batch; ++row) {
      const bool counts = Counts(row, time);
      float* gates = a + row * columns_;
      if (counts) {
        Cell1(row, gates);
        std::copy_n(h_ + row * units_, units_, previous_ + row * units_);
      }
      Emit(taken, row, counts, gates);
    }
  }

  // Of a GRU: h·R (+ b') into recurrent_, and for reset_after = false the gates and (r∘h)·R as well.
  void GruProducts(float* a) {
    const DirectionWeights& w = *t_.weights;
    if (t_.spec->reset_after) {
      for (int64_t row = 0; row < t_.batch; ++row) std::copy_n(w.recurrent_bias.data(), columns_, recurrent_ + row * columns_);
      t_.kernels->gemm(h_, units_, t_.batch, w.recurrent, recurrent_, columns_, true);
      return;
    }
    t_.kernels->gemm(h_, units_, t_.batch, w.recurrent, a, columns_, true);
    for (int64_t row = 0; row < t_.batch; ++row) {
      float* gates = a + row * columns_;
      Gate(t_.spec->recurrent_activation, gates);
      Gate(t_.spec->recurrent_activation, gates + units_);
      for (int64_t k = 0; k < units_; ++k) scratch_[row * units_ + k] = gates[units_ + k] * h_[row * units_ + k];
    }
    t_.kernels->gemm(scratch_, units_, t_.batch, w.candidate, a + 2 * units_, columns_, true);
  }

  // One row's gates → its states. gates: [G·H].
  void Cell1(int64_t row, float* gates) {
    const RecurrentSpec& spec = *t_.spec;
    float* h = h_ + row * units_;
    switch (spec.cell) {
      case Cell::kSimpleRnn:
        Gate(spec.activation, gates);
        std::copy_n(gates, units_, h);
        return;
      case Cell::kLstm: {
        Gate(spec.recurrent_activation, gates);
        Gate(spec.recurrent_activation, gates + units_);
        Gate(spec.activation, gates + 2 * units_);
        Gate(spec.recurrent_activation, gates + 3 * units_);
        float* c = c_ + row * units_;
        t_.kernels->lstm_cell(gates, gates + units_, gates + 2 * units_, c, units_);
        float* squashed = recurrent_ + row * columns_;
        std::copy_n(c, units_, squashed);
        Gate(spec.activation, squashed);
        for (int64_t k = 0; k < units_; ++k) h[k] = gates[3 * units_ + k] * squashed[k];
        return;
      }
      case Cell::kGru: {
        float* candidate = gates + 2 * units_;
        if (spec.reset_after) {
          const float* recurrent = recurrent_ + row * columns_;
          for (int64_t k = 0; k < 2 * units_; ++k) gates[k] += recurrent[k];
          Gate(spec.recurrent_activation, gates);
          Gate(spec.recurrent_activation, gates + units_);
          for (int64_t k = 0; k < units_; ++k) candidate[k] += gates[units_ + k] * recurrent[2 * units_ + k];
        }
        Gate(spec.activation, candidate);
        t_.kernels->gru_state(gates, candidate, h, units_);
        return;
      }
    }
  }

  // v: [H], in place.
  void Gate(Activation activation, float* v) {
    if (SeesWholeVector(activation))
      VectorActivation(activation, v, units_, scratch_row_.data());
    else
      t_.kernels->activate(activation, v, units_);
  }

  void Emit(int64_t taken, int64_t row, bool counts, const float* gates) {
    const RecurrentSpec& spec = *t_.spec;
    const bool zero = !counts && spec.zero_output_for_mask;
    float* out = nullptr;
    if (spec.return_sequences)
      out = t_.out + (row * t_.timesteps + taken) * units_;
    else if (taken + 1 == t_.timesteps)
      out = t_.out + row * units_;
    if (out != nullptr) {
      if (zero)
        std::fill_n(out, units_, 0.0f);
      else
        std::copy_n(previous_ + row * units_, units_, out);
    }
    if (!t_.traces.empty()) Trace(taken, row, counts, gates);
  }

  // A masked step opens no gate: its gates are 0, its states are those that were held.
  void Trace(int64_t taken, int64_t row, bool counts, const float* gates) {
    const int64_t at = (row * t_.timesteps + taken) * units_;
    size_t next = 0;
    std::copy_n(h_ + row * units_, units_, t_.traces[next++] + at);
    if (t_.spec->cell == Cell::kSimpleRnn) return;
    const bool lstm = t_.spec->cell == Cell::kLstm;
    if (lstm) std::copy_n(c_ + row * units_, units_, t_.traces[next++] + at);
    for (int64_t k = 0; k < (lstm ? 4 : 3); ++k) {
      float* trace = t_.traces[next++] + at;
      if (counts)
        std::copy_n(gates + k * units_, units_, trace);
      else
        std::fill_n(trace, units_, 0.0f);
    }
  }

  const DirectionTask& t_;
  const int64_t units_, columns_, chunk_;
  float *rows_, *projection_, *recurrent_, *h_, *c_, *previous_, *scratch_;
  // For sparsemax; as long as one gate.
  std::vector<float> scratch_row_ =
      std::vector<float>(SeesWholeVector(t_.spec->activation) || SeesWholeVector(t_.spec->recurrent_activation) ? units_ : 0);
};

}  // namespace

Status RunDirection(const DirectionTask& task, Arena* arena) {
  Loop loop(task, arena);
  if (!loop.ready()) return Status(Code::kInternal, "The plan of a direction was too small.");
  return loop.Run();
}

}  // namespace unroll
