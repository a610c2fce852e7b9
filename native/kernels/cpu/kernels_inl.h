// The CPU kernels, written once; each target_*.cc includes this with its vector length and gives the namespace its name.
// No include guard: it is meant to be compiled once a target. Needs: UNROLL_TARGET, UNROLL_LANES, UNROLL_SUMS, UNROLL_STEPS.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "native/core/backend.h"
#include "native/kernels/cpu/activation_scalar.h"
// In this order: each uses those before it.
// clang-format off
#include "native/kernels/cpu/simd_inl.h"
#include "native/kernels/cpu/activation_inl.h"
#include "native/kernels/cpu/product_inl.h"
#include "native/kernels/cpu/cell_inl.h"
#include "native/kernels/cpu/quad_inl.h"
#include "native/kernels/cpu/wide_inl.h"
#include "native/kernels/cpu/survey_inl.h"
// clang-format on

namespace unroll {
namespace UNROLL_TARGET {

// Vectors of a panel of a Dense layer's kernel.
constexpr int kDenseVectors = 4;

// c (+)= a · b into rows of any length.
struct DenseJob {
  const PackedMatrix& b;
  float* c;
  int64_t ldc;
  bool accumulate;

  [[gnu::always_inline]] inline SumsFrom Start(int64_t, int64_t) const {
    static constexpr float kZeros[kDenseVectors * kLanes] = {};
    return {kZeros, 0};
  }
  template <int M>
  [[gnu::always_inline]] inline void ReadAhead(int64_t, int64_t) const {}
  template <int M>
  [[gnu::always_inline]] inline void Finish(int64_t panel, int64_t row, Vec (&sum)[M][kDenseVectors]) const {
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < kDenseVectors; ++v) {
        const int64_t column = panel * b.width + v * kLanes, n = b.columns - column;
        if (n <= 0) break;
        float* to = c + (row + m) * ldc + column;
        if (!accumulate) {
          StoreFirst(to, sum[m][v], n);
        } else if (n >= kLanes) {
          Store(to, Load(to) + sum[m][v]);
        } else {
          for (int64_t k = 0; k < n; ++k) to[k] += sum[m][v][k];
        }
      }
    }
  }
};

// a: [m, b.rows]; c: [m, b.columns]; a row's result does not depend on the rows beside it.
void Gemm(const float* a, int64_t lda, int64_t m, const PackedMatrix& b, float* c, int64_t ldc, bool accumulate) {
  const DenseJob job{b, c, ldc, accumulate};
  Product<kDenseVectors>(job, RowsOfA{a, 1, 0, m, lda}, b, 0, b.panels(), false);
}

void ProjectAny(const Projection& p, int64_t first, int64_t end) {
  if (p.quads) return ProjectQuads(p);
  Project(p, first, end);
}

void StepAny(const CellStep& s, int64_t first, int64_t end, bool backwards) {
  if (s.cell->quads) return StepQuads(s);
  Step(s, first, end, backwards);
}

int64_t Part(int64_t vectors) { return PartOf(static_cast<int>(vectors)); }

extern const Kernels kKernels;
#define UNROLL_STRING_(x) #x
#define UNROLL_STRING(x) UNROLL_STRING_(x)
const Kernels kKernels = {UNROLL_STRING(UNROLL_TARGET),
                          kLanes,
                          kDenseVectors* kLanes,
                          Part,
                          Gemm,
                          Activate,
                          ProjectAny,
                          StepAny,
                          GruGates,
                          kWideWidth,
                          MultiplyWide,
                          SurveyStretch};

}  // namespace UNROLL_TARGET
}  // namespace unroll
