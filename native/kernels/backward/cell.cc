// The cells' equations and their gradients. Sources: as extension/core/reference/cells.ts.
#include "native/kernels/backward/cell.h"

#include <algorithm>

#include "native/kernels/backward/activation.h"

namespace unroll {
namespace backward {

CellWeights::CellWeights(const RecurrentSpec& own, int64_t features_in, const float* const* weights, const Kernels& kernels)
    : spec(own),
      features(features_in),
      kernel(Matrix::Of(weights[0], features, columns(), kernels)),
      recurrent(Matrix::Of(weights[1], spec.units, columns(), kernels)),
      kernel_back(Matrix::Transposed(weights[0], features, columns(), kernels)),
      recurrent_back(Matrix::Transposed(weights[1], spec.units, columns(), kernels)),
      bias(2 * columns()) {
  const bool two = spec.cell == Cell::kGru && spec.reset_after;
  if (spec.use_bias) std::copy(weights[2], weights[2] + (two ? 2 : 1) * columns(), bias.data());
}

int64_t CellWeights::Size(const RecurrentSpec& spec, int64_t features) {
  const int64_t columns = GateCount(spec.cell) * spec.units;
  return Matrix::Size(features, columns) + Matrix::Size(spec.units, columns) + Matrix::Size(columns, features) +
         Matrix::Size(columns, spec.units) + 2 * columns;
}

Step::Step(const CellWeights& weights)
    : w_(weights),
      units_(weights.spec.units),
      columns_(weights.columns()),
      before_(columns_),
      after_(columns_),
      slopes_(columns_),
      recurrent_part_(columns_),
      h_(units_),
      c_(units_),
      next_h_(units_),
      next_c_(units_),
      cell_(units_),
      cell_slopes_(units_) {}

void Step::Take(const Computing& computing, const double* x, const double* h, const double* c) {
  std::copy(h, h + units_, h_.data());
  std::copy(w_.bias.data(), w_.bias.data() + columns_, before_.data());
  computing.AddProduct({x, w_.features, 1}, w_.kernel.All(), before_.data(), columns_);
  if (w_.spec.cell == Cell::kGru) return TakeGru(computing);
  computing.AddProduct({h, units_, 1}, w_.recurrent.All(), before_.data(), columns_);
  std::copy(before_.data(), before_.data() + columns_, after_.data());
  if (w_.spec.cell == Cell::kSimpleRnn) {
    Activate(w_.spec.activation, after_.data(), units_);
    std::copy(after_.data(), after_.data() + units_, next_h_.data());
    return;
  }
  std::copy(c, c + units_, c_.data());
  TakeLstm();
}

// i, f, o = rec(…); c' = f∘c + i∘act(…); h' = o∘act(c').
void Step::TakeLstm() {
  const int64_t n = units_;
  for (int64_t gate : {0, 1, 3}) Activate(w_.spec.recurrent_activation, after_.data() + gate * n, n);
  Activate(w_.spec.activation, after_.data() + 2 * n, n);
  const double *i = after_.data(), *f = i + n, *candidate = f + n, *o = candidate + n;
  for (int64_t k = 0; k < n; ++k) next_c_[k] = f[k] * c_[k] + i[k] * candidate[k];
  std::copy(next_c_.data(), next_c_.data() + n, cell_.data());
  Activate(w_.spec.activation, cell_.data(), n);
  for (int64_t k = 0; k < n; ++k) next_h_[k] = o[k] * cell_[k];
}

// h' = z∘h + (1 − z)∘candidate; where the reset gate acts depends on reset_after.
void Step::TakeGru(const Computing& computing) {
  const int64_t n = units_;
  const bool reset_after = w_.spec.reset_after;
  std::copy(w_.bias.data() + columns_, w_.bias.data() + 2 * columns_, recurrent_part_.data());
  computing.AddProduct({h_.data(), n, 1}, w_.recurrent.All(), recurrent_part_.data(), columns_);
  for (int64_t k = 0; k < 2 * n; ++k) after_[k] = before_[k] += recurrent_part_[k];
  for (int64_t gate : {0, 1}) Activate(w_.spec.recurrent_activation, after_.data() + gate * n, n);
  const double *z = after_.data(), *r = z + n;
  if (!reset_after) {
    for (int64_t k = 0; k < n; ++k) cell_[k] = r[k] * h_[k];
    std::fill(recurrent_part_.data(), recurrent_part_.data() + columns_, 0.0);
    computing.AddProduct({cell_.data(), n, 1}, w_.recurrent.All(), recurrent_part_.data(), columns_);
  }
  double *candidate = after_.data() + 2 * n, *sum = before_.data() + 2 * n;
  for (int64_t k = 0; k < n; ++k) candidate[k] = sum[k] += (reset_after ? r[k] : 1) * recurrent_part_[2 * n + k];
  Activate(w_.spec.activation, candidate, n);
  for (int64_t k = 0; k < n; ++k) next_h_[k] = z[k] * h_[k] + (1 - z[k]) * candidate[k];
}

void Step::Differentiate() {
  const int64_t n = units_;
  for (int64_t gate = 0; gate < GateCount(w_.spec.cell); ++gate) {
    // The candidate is the third of an LSTM's and of a GRU's.
    const bool candidate = w_.spec.cell == Cell::kSimpleRnn || gate == 2;
    Slopes(candidate ? w_.spec.activation : w_.spec.recurrent_activation, before_.data() + gate * n, after_.data() + gate * n,
           slopes_.data() + gate * n, n);
  }
  if (w_.spec.cell == Cell::kLstm) Slopes(w_.spec.activation, next_c_.data(), cell_.data(), cell_slopes_.data(), n);
}

void Step::Pull(const Computing& computing, const PulledRows& rows) const {
  const int64_t n = units_;
  int64_t through = columns_;  // gates that the recurrent kernel has given together
  for (int64_t row = 0; row < rows.count; ++row) {
    double *gh = rows.h + row * n, *d = rows.gates + row * columns_;
    if (w_.spec.cell == Cell::kSimpleRnn) {
      std::copy(gh, gh + n, d);
      PullThrough(w_.spec.activation, slopes_.data(), d, n);
      std::fill(gh, gh + n, 0.0);
    } else if (w_.spec.cell == Cell::kLstm) {
      PullLstm(gh, rows.c + row * n, d);
    } else {
      PullCandidate(gh, d);
    }
  }
  if (w_.spec.cell == Cell::kGru) {
    if (!w_.spec.reset_after) through = 2 * n;
    PullReset(computing, rows);
  }
  if (rows.features != nullptr) {
    computing.AddProduct({rows.gates, columns_, rows.count}, w_.kernel_back.All(), rows.features, w_.features);
  }
  if (w_.spec.cell == Cell::kGru && w_.spec.reset_after) {
    // What the candidate gets of h goes through r.
    const double* r = after_.data() + n;
    for (int64_t row = 0; row < rows.count; ++row) {
      double* d = rows.gates + row * columns_ + 2 * n;
      for (int64_t k = 0; k < n; ++k) d[k] *= r[k];
    }
  }
  computing.AddProduct({rows.gates, columns_, rows.count}, w_.recurrent_back.Rows(0, through), rows.h, n);
}

void Step::PullLstm(double* gh, double* gc, double* d) const {
  const int64_t n = units_;
  const double *i = after_.data(), *f = i + n, *candidate = f + n, *o = candidate + n;
  for (int64_t k = 0; k < n; ++k) {
    d[3 * n + k] = gh[k] * cell_[k];
    gh[k] *= o[k];
  }
  PullThrough(w_.spec.activation, cell_slopes_.data(), gh, n);
  for (int64_t k = 0; k < n; ++k) {
    const double by_c = gc[k] + gh[k];
    d[k] = by_c * candidate[k];
    d[n + k] = by_c * c_[k];
    d[2 * n + k] = by_c * i[k];
    gc[k] = by_c * f[k];
    gh[k] = 0;
  }
  for (int64_t gate : {0, 1, 3}) PullThrough(w_.spec.recurrent_activation, slopes_.data() + gate * n, d + gate * n, n);
  PullThrough(w_.spec.activation, slopes_.data() + 2 * n, d + 2 * n, n);
}

// A GRU's: by z and by the candidate; leaves in gh what comes by z∘h alone.
void Step::PullCandidate(double* gh, double* d) const {
  const int64_t n = units_;
  const double *z = after_.data(), *candidate = z + 2 * n;
  for (int64_t k = 0; k < n; ++k) {
    d[k] = gh[k] * (h_[k] - candidate[k]);
    d[2 * n + k] = gh[k] * (1 - z[k]);
    gh[k] *= z[k];
  }
  PullThrough(w_.spec.activation, slopes_.data() + 2 * n, d + 2 * n, n);
  PullThrough(w_.spec.recurrent_activation, slopes_.data(), d, n);
}

// By r. Without reset_after the candidate's product is of r∘h, and is pulled here as a whole.
void Step::PullReset(const Computing& computing, const PulledRows& rows) const {
  const int64_t n = units_;
  const double* r = after_.data() + n;
  const bool reset_after = w_.spec.reset_after;
  if (!reset_after) {
    std::fill(rows.reset, rows.reset + rows.count * n, 0.0);
    computing.AddProduct({rows.gates + 2 * n, columns_, rows.count}, w_.recurrent_back.Rows(2 * n, n), rows.reset, n);
  }
  for (int64_t row = 0; row < rows.count; ++row) {
    double *d = rows.gates + row * columns_, *by_r = d + n, *gh = rows.h + row * n;
    const double *by_candidate = d + 2 * n, *by_product = rows.reset + row * n;
    for (int64_t k = 0; k < n; ++k) {
      by_r[k] = reset_after ? by_candidate[k] * recurrent_part_[2 * n + k] : by_product[k] * h_[k];
      if (!reset_after) gh[k] += by_product[k] * r[k];
    }
    PullThrough(w_.spec.recurrent_activation, slopes_.data() + n, by_r, n);
  }
}

}  // namespace backward
}  // namespace unroll
