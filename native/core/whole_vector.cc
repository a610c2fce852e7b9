// The formulas are those of kernels/cpu/cell_inl.h; there a vector of lanes is activated at a time, here a row.
#include "native/core/whole_vector.h"

#include <algorithm>

#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

class Rows {
 public:
  Rows(const CellStep& step, const Kernels& kernels, float* recurrent, float* rows)
      : s_(step),
        spec_(*step.spec),
        cell_(*step.cell),
        kernels_(kernels),
        units_(step.cell->units),
        recurrent_(recurrent),
        next_(rows + 4 * step.stride),
        scratch_(rows + 5 * step.stride) {
    for (int k = 0; k < 4; ++k) gates_[k] = rows + k * step.stride;
  }

  void Run() {
    const bool before = spec_.cell == Cell::kGru && !spec_.reset_after;
    Multiply(cell_.recurrent, s_.h);
    if (before) {
      for (int64_t row = 0; row < s_.rows; ++row) Reset(row);
      Multiply(cell_.candidate, s_.reset);
    }
    for (int64_t row = 0; row < s_.rows; ++row) {
      if (s_.counts != nullptr && s_.counts[row * s_.counts_stride] == 0) {
        std::copy_n(s_.h + row * s_.stride, units_, s_.h_next + row * s_.stride);
        continue;
      }
      switch (spec_.cell) {
        case Cell::kSimpleRnn:
          Sum(row, 0, spec_.activation);
          std::copy_n(gates_[0], units_, next_);
          break;
        case Cell::kLstm:
          Lstm(row);
          break;
        case Cell::kGru:
          Gru(row, before);
          break;
      }
      Emit(row);
    }
  }

 private:
  void Multiply(const PackedMatrix& matrix, const float* a) {
    factor_ = &matrix;
    kernels_.project(Projection{&matrix, cell_.recurrent_bias.data(), a, 1, 0, s_.rows, s_.stride, recurrent_, false}, 0, cell_.panels);
  }

  // Where gate k of a unit stands in panels of `width`.
  int64_t At(int64_t panel_stride, int64_t width, int64_t row, int64_t k, int64_t unit) const {
    return unit / cell_.unit_panel * panel_stride + row * width + k * cell_.lanes + unit % cell_.unit_panel;
  }
  float& X(int64_t row, int64_t k, int64_t unit) const { return s_.projected[At(s_.panel_stride, cell_.width(), row, k, unit)]; }
  float Recurrent(int64_t row, int64_t k, int64_t unit) const {
    return recurrent_[At(s_.rows * factor_->width, factor_->width, row, k, unit)];
  }

  void Activate(Activation activation, float* v) {
    if (SeesWholeVector(activation))
      VectorActivation(activation, v, units_, scratch_);
    else
      kernels_.activate(activation, v, units_);
  }

  void Sum(int64_t row, int64_t k, Activation activation) {
    for (int64_t u = 0; u < units_; ++u) gates_[k][u] = X(row, k, u) + Recurrent(row, k, u);
    Activate(activation, gates_[k]);
  }

  // Without reset_after, first: z and r, kept where the projections were, and r∘h.
  void Reset(int64_t row) {
    for (int64_t k = 0; k < 2; ++k) {
      Sum(row, k, spec_.recurrent_activation);
      for (int64_t u = 0; u < units_; ++u) X(row, k, u) = gates_[k][u];
    }
    for (int64_t u = 0; u < units_; ++u) s_.reset[row * s_.stride + u] = gates_[1][u] * s_.h[row * s_.stride + u];
  }

  void Lstm(int64_t row) {
    for (int64_t k = 0; k < 4; ++k) Sum(row, k, k == 2 ? spec_.activation : spec_.recurrent_activation);
    float* c = s_.c + row * s_.stride;
    for (int64_t u = 0; u < units_; ++u) next_[u] = c[u] = gates_[1][u] * c[u] + gates_[0][u] * gates_[2][u];
    Activate(spec_.activation, next_);
    for (int64_t u = 0; u < units_; ++u) next_[u] *= gates_[3][u];
  }

  void Gru(int64_t row, bool before) {
    const float* h = s_.h + row * s_.stride;
    for (int64_t k = 0; k < 2; ++k) {
      if (before)
        for (int64_t u = 0; u < units_; ++u) gates_[k][u] = X(row, k, u);
      else
        Sum(row, k, spec_.recurrent_activation);
    }
    for (int64_t u = 0; u < units_; ++u) {
      const float product = Recurrent(row, before ? 0 : 2, u);
      gates_[2][u] = X(row, 2, u) + (before ? product : gates_[1][u] * product);
    }
    Activate(spec_.activation, gates_[2]);
    for (int64_t u = 0; u < units_; ++u) next_[u] = gates_[0][u] * h[u] + (1.0f - gates_[0][u]) * gates_[2][u];
  }

  void Emit(int64_t row) {
    std::copy_n(next_, units_, s_.h_next + row * s_.stride);
    if (s_.out != nullptr) std::copy_n(next_, units_, s_.out + row * s_.out_stride);
    if (!s_.traced) return;
    float* const* trace = s_.traces;
    const auto write = [&](const float* v) { std::copy_n(v, units_, *trace++ + row * s_.trace_stride); };
    write(next_);
    if (spec_.cell == Cell::kSimpleRnn) return;
    if (spec_.cell == Cell::kLstm) write(s_.c + row * s_.stride);
    for (int64_t k = 0; k < GateCount(spec_.cell); ++k) write(gates_[k]);
  }

  const CellStep& s_;
  const RecurrentSpec& spec_;
  const PackedCell& cell_;
  const Kernels& kernels_;
  const int64_t units_;
  float* const recurrent_;
  float *gates_[4], *const next_, *const scratch_;
  const PackedMatrix* factor_ = nullptr;  // of which matrix recurrent_ has the products
};

}  // namespace

void WholeVectorStep(const CellStep& step, const Kernels& kernels, float* recurrent, float* rows) {
  Rows(step, kernels, recurrent, rows).Run();
}

}  // namespace unroll
