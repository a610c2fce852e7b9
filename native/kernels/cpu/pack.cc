// Weights in the order in which the kernels read them.
#include <algorithm>

#include "native/core/backend.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace {

// Columns of `panels` panels out of those of a matrix [rows, G·H]: vector v, lane l of panel p is column source(p, v, l), or none: −1.
// part: vectors that lie side by side, a divisor of `vectors`.
template <typename Source>
PackedMatrix Gather(const float* matrix, int64_t rows, int64_t columns, int64_t panels, int64_t vectors, int64_t part, int64_t lanes,
                    Source source) {
  const int64_t width = vectors * lanes, step = part * lanes;
  PackedMatrix packed{rows, panels * width, width, Buffer(panels * rows * width)};
  for (int64_t p = 0; p < panels; ++p) {
    for (int64_t v = 0; v < vectors; ++v) {
      for (int64_t l = 0; l < lanes; ++l) {
        const int64_t column = source(p, v, l);
        if (column < 0) continue;
        float* to = packed.data.data() + p * rows * width + v / part * rows * step + v % part * lanes + l;
        for (int64_t row = 0; row < rows; ++row) to[row * step] = matrix[row * columns + column];
      }
    }
  }
  return packed;
}

}  // namespace

PackedMatrix Pack(const float* matrix, int64_t rows, int64_t columns, int64_t width, int64_t part) {
  const int64_t panels = (columns + width - 1) / width;
  PackedMatrix packed{rows, columns, width, Buffer(panels * rows * width)};
  float* to = packed.data.data();
  for (int64_t from = 0; from < panels * width; from += part) {
    const int64_t count = std::clamp<int64_t>(columns - from, 0, part);
    for (int64_t row = 0; row < rows; ++row, to += part) std::copy_n(matrix + row * columns + from, count, to);
  }
  return packed;
}

PackedCell PackCell(const RecurrentSpec& spec, int64_t features, const float* kernel, const float* recurrent, const float* bias,
                    const Kernels& kernels) {
  const int64_t lanes = kernels.lanes;
  const int64_t units = spec.units, gates = GateCount(spec.cell), columns = gates * units;
  const bool simple = spec.cell == Cell::kSimpleRnn;
  const bool after = spec.cell == Cell::kGru && spec.reset_after, before = spec.cell == Cell::kGru && !spec.reset_after;
  PackedCell cell;
  cell.units = units;
  cell.features = features;
  cell.lanes = lanes;
  cell.vectors = !simple ? gates : units <= lanes ? 1 : units <= 2 * lanes ? 2 : 4;
  cell.quads = units <= kQuadUnits && !SeesWholeVector(spec);
  cell.unit_panel = cell.quads ? kQuadUnits : simple ? cell.vectors * lanes : lanes;
  cell.panels = (units + cell.unit_panel - 1) / cell.unit_panel;
  // From gate `first` on: the gates of a unit side by side.
  const auto columns_from = [&](int64_t first) {
    return [=, wide = cell.unit_panel, quads = cell.quads](int64_t p, int64_t v, int64_t l) -> int64_t {
      const int64_t unit = quads ? l % kQuadUnits : simple ? p * wide + v * lanes + l : p * lanes + l;
      return unit >= units ? -1 : simple ? unit : (first + v) * units + unit;
    };
  };
  const auto all = columns_from(0);
  const auto gather = [&](const float* from, int64_t rows, int64_t vectors, const auto& source) {
    const int64_t part = cell.quads ? vectors : kernels.part(vectors);
    return Gather(from, rows, columns, cell.panels, vectors, part, lanes, source);
  };
  cell.kernel = gather(kernel, features, cell.vectors, all);
  cell.recurrent = gather(recurrent, units, before ? 2 : cell.vectors, all);
  if (before) cell.candidate = gather(recurrent, units, 1, columns_from(2));
  const auto biases = [&](const float* from) {
    return from == nullptr ? Buffer(cell.panels * cell.width()) : std::move(gather(from, 1, cell.vectors, all).data);
  };
  cell.bias = biases(bias);
  cell.recurrent_bias = biases(after && bias != nullptr ? bias + columns : nullptr);
  return cell;
}

}  // namespace unroll
