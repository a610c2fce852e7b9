// What a device's kernels offer to the executor; one table of functions a CPU target.
#ifndef UNROLL_CORE_BACKEND_H_
#define UNROLL_CORE_BACKEND_H_

#include <cstdint>
#include <vector>

#include "native/core/spec.h"

namespace unroll {

// A weight matrix [rows, columns] in panels of `width` columns, zeros beyond the last column: the kernel streams it front to back.
struct PackedMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t width = 0;
  std::vector<float> data;
};

struct Kernels {
  const char* name;
  // Columns of a panel.
  int64_t panel_width;
  // c[m × b.columns] (+)= a[m × b.rows] · b; rows of a and c are lda and ldc apart. c may not alias a.
  void (*gemm)(const float* a, int64_t lda, int64_t m, const PackedMatrix& b, float* c, int64_t ldc, bool accumulate);
  // v[n], in place. Not for softmax, log_softmax and sparsemax, which see a whole vector: see VectorActivation.
  void (*activate)(Activation activation, float* v, int64_t n);
  // c = f∘c + i∘g; all [n].
  void (*lstm_cell)(const float* i, const float* f, const float* g, float* c, int64_t n);
  // h = z∘h + (1 − z)∘candidate; all [n].
  void (*gru_state)(const float* z, const float* candidate, float* h, int64_t n);
};

// Targets that were compiled in and that this processor can run, the best last.
const std::vector<const Kernels*>& AvailableKernels();

// The one that is used: the best, or what UNROLL_CPU_TARGET names; nullptr where it names none that can run here.
const Kernels* ChosenKernels();

PackedMatrix Pack(const float* matrix, int64_t rows, int64_t columns, int64_t width);

}  // namespace unroll

#endif  // UNROLL_CORE_BACKEND_H_
