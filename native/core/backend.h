// What a device's kernels offer to the executor; one table of functions a CPU target.
#ifndef UNROLL_CORE_BACKEND_H_
#define UNROLL_CORE_BACKEND_H_

#include <cstdint>
#include <vector>

#include "native/core/buffer.h"
#include "native/core/spec.h"

namespace unroll {

// A weight matrix [rows, columns] in panels of `width` columns, zeros beyond the last column: the kernel streams it front to back. A panel
// has its columns side by side, or the rows of one half behind those of the other: see Kernels::part.
struct PackedMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t width = 0;
  Buffer data;

  // Always inline, here and below: targets compile this with instructions of their own, and the linker must not give one's copy to another.
  [[gnu::always_inline]] inline const float* panel(int64_t index) const { return data.data() + index * rows * width; }
  [[gnu::always_inline]] inline int64_t panels() const { return width == 0 ? 0 : (columns + width - 1) / width; }
};

// Floats from one row to the next, for rows of so many. Rows whole KiB apart would meet in the same few sets of the first cache, where a
// tile reads one number of each of its rows in turn.
[[gnu::always_inline]] inline int64_t RowStride(int64_t floats) { return floats % 256 == 0 ? floats + 16 : floats; }

// Units up to which a vector has those of several rows: see kernels/cpu/quad_inl.h.
inline constexpr int64_t kQuadUnits = 4;

// One direction's weights, the gates of a unit side by side: a panel has all gates of as many units as a vector has lanes, so that the
// activations run on the sums before these are stored. A SimpleRNN has one gate; its panels have 1, 2 or 4 vectors of units.
struct PackedCell {
  int64_t units = 0, features = 0, lanes = 0;
  // Vectors of a panel: gates, or vectors of units; units of a panel; panels.
  int64_t vectors = 0, unit_panel = 0, panels = 0;
  // At most four units: a vector has four lanes of each of lanes/4 rows, and every row of a weight stands there as often.
  bool quads = false;
  PackedMatrix kernel;     // [D, panels·vectors·lanes]
  PackedMatrix recurrent;  // [H, …]; a GRU without reset_after: of its z and r alone, 2 vectors a panel
  PackedMatrix candidate;  // of that GRU, 1 vector a panel; else empty
  Buffer bias;             // [panels·vectors·lanes], zeros without use_bias
  Buffer recurrent_bias;   // as long; zeros but for a GRU with reset_after

  [[gnu::always_inline]] inline int64_t width() const { return vectors * lanes; }
  // Floats of one row of a projection.
  [[gnu::always_inline]] inline int64_t row_width() const { return quads ? vectors * kQuadUnits : width(); }
  // Rows that are computed for so many: quads come in whole vectors.
  [[gnu::always_inline]] inline int64_t whole_rows(int64_t rows) const {
    return quads ? (rows + lanes / kQuadUnits - 1) / (lanes / kQuadUnits) * (lanes / kQuadUnits) : rows;
  }
  // Floats of one row of a state: every panel is whole, what lies beyond the last unit is never read as one.
  [[gnu::always_inline]] inline int64_t stride() const { return RowStride(panels * unit_panel); }
};

// x·K + b of `steps` steps of `rows` rows, in the order in which the steps are taken.
struct Projection {
  const PackedMatrix* matrix;
  const float* bias;  // [panels·width]
  const float* x;     // row b of step s begins at x + s·step_stride + b·row_stride
  int64_t steps, step_stride, rows, row_stride;
  float* out;  // of panel p at out + ((p·steps + s)·rows + b)·width
  bool quads;  // as PackedCell::quads
};

// One step of a cell, for all rows of a batch.
struct CellStep {
  const PackedCell* cell;
  const RecurrentSpec* spec;
  int64_t rows;
  // LSTM only: the input, where its projection is computed with the step: row b at x + b·x_stride. Null: `projected` has it.
  const float* x;
  int64_t x_stride;
  float* projected;  // of panel p, row b at projected + p·panel_stride + b·width; a GRU without reset_after keeps its z and r there
  int64_t panel_stride;
  const float* h;  // [rows, stride]
  float* h_next;   // [rows, stride]
  float* c;        // [rows, stride], LSTM only
  float* reset;    // [rows, stride], r∘h of a GRU without reset_after
  int64_t stride;
  // Row b counts where counts[b·counts_stride] is not 0; one that does not holds its states and writes nothing else. Null: all count.
  const uint8_t* counts;
  int64_t counts_stride;
  float* out;  // row b at out + b·out_stride; null: not wanted
  int64_t out_stride;
  bool traced;
  float* traces[6];  // as out, in the order of DirectionTask::traces
  int64_t trace_stride;
};

inline constexpr int64_t kMostWideWidth = 24;

// Rows of doubles with panels of doubles, for the pass backwards: c[m × columns] += a[m × depth] · b.
struct WideProduct {
  const double* a;  // row i at a + i·lda
  int64_t lda, m, depth;
  const double* b;  // of panel p, row k at b + p·panel_stride + k·wide_width
  int64_t panel_stride, columns;
  double* c;  // row i at c + i·ldc; may not alias a
  int64_t ldc;
};

// A stretch of a tensor in cells of `steps_per` steps by `units_per` units: the least and the greatest value of each. The first cell is
// `lead` steps short.
struct Survey {
  const float* data;  // the units of step s begin at data + s·stride
  int64_t stride, steps, units, steps_per, units_per, lead;
  // [⌈(steps + lead) / steps_per⌉, ⌈units / units_per⌉], written: NaN where a cell has nothing else.
  float* low;
  float* high;
};

// As SHUT and OPEN of extension/core/band.ts.
inline constexpr float kSurveyShut = 0.05f, kSurveyOpen = 0.95f;

// Values that are NaN, below kSurveyShut, above kSurveyOpen, and beyond ±kSurveyOpen.
struct SurveyCounts {
  int64_t nan = 0, shut = 0, open = 0, beyond = 0;
};

struct Kernels {
  const char* name;
  // Floats of a vector.
  int64_t lanes;
  // Columns of a panel for gemm.
  int64_t panel_width;
  // Of a panel of so many vectors, those that lie side by side.
  int64_t (*part)(int64_t vectors);
  // c[m × b.columns] (+)= a[m × b.rows] · b; rows of a and c are lda and ldc apart. c may not alias a.
  void (*gemm)(const float* a, int64_t lda, int64_t m, const PackedMatrix& b, float* c, int64_t ldc, bool accumulate);
  // v[n], in place. Not for softmax, log_softmax and sparsemax, which see a whole vector: see VectorActivation.
  void (*activate)(Activation activation, float* v, int64_t n);
  // Panels [first, end) of a projection.
  void (*project)(const Projection& projection, int64_t first, int64_t end);
  // Panels [first, end) of a step, the last first with `backwards`: what the step before left in the cache is used before it is gone.
  void (*step)(const CellStep& step, int64_t first, int64_t end, bool backwards);
  // Of a GRU without reset_after: z, r and r∘h, of which `step` needs those of all panels.
  void (*gru_gates)(const CellStep& step, int64_t first, int64_t end, bool backwards);
  // Columns of a panel for wide_product, at most kMostWideWidth.
  int64_t wide_width;
  // Panels [first, end); a row's result does not depend on the rows beside it.
  void (*wide_product)(const WideProduct& product, int64_t first, int64_t end);
  SurveyCounts (*survey)(const Survey& survey);
};

// Targets that were compiled in and that this processor can run, the best last.
const std::vector<const Kernels*>& AvailableKernels();

// The one that is used: the best, or what UNROLL_CPU_TARGET names; nullptr where it names none that can run here.
const Kernels* ChosenKernels();

// part: columns that lie side by side, a divisor of `width`.
PackedMatrix Pack(const float* matrix, int64_t rows, int64_t columns, int64_t width, int64_t part);
// For gemm.
inline PackedMatrix Pack(const float* matrix, int64_t rows, int64_t columns, const Kernels& kernels) {
  return Pack(matrix, rows, columns, kernels.panel_width, kernels.part(kernels.panel_width / kernels.lanes) * kernels.lanes);
}

// kernel: [D, G·H], recurrent: [H, G·H], bias: [G·H] or null; [2, G·H] for a GRU with reset_after.
PackedCell PackCell(const RecurrentSpec& spec, int64_t features, const float* kernel, const float* recurrent, const float* bias,
                    const Kernels& kernels);

}  // namespace unroll

#endif  // UNROLL_CORE_BACKEND_H_
