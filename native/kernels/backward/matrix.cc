// Packs weights as doubles, and shares out their products in stretches between which a cancel is heard.
#include "native/kernels/backward/matrix.h"

#include <algorithm>

namespace unroll {
namespace backward {
namespace {

// Multiply-adds between two looks at the token: a few milliseconds.
constexpr int64_t kStretch = int64_t{1} << 25;

}  // namespace

Matrix::Matrix(int64_t rows, int64_t columns, const Kernels& kernels)
    : rows_(rows),
      columns_(columns),
      width_(kernels.wide_width),
      data_((columns + kernels.wide_width - 1) / kernels.wide_width * rows * kernels.wide_width) {}

int64_t Matrix::Size(int64_t rows, int64_t columns) { return rows * (columns + kMostWideWidth - 1); }

Matrix Matrix::Of(const float* from, int64_t rows, int64_t columns, const Computing& computing) {
  return Packed({from, columns, 1}, rows, columns, computing);
}

Matrix Matrix::Transposed(const float* from, int64_t rows, int64_t columns, const Computing& computing) {
  return Packed({from, 1, columns}, columns, rows, computing);
}

Matrix Matrix::Packed(const Strided& from, int64_t rows, int64_t columns, const Computing& computing) {
  Matrix matrix(rows, columns, computing.kernels);
  const int64_t width = matrix.width_;
  for (int64_t first = 0; first < columns && !computing.cancelled(); first += width) {
    double* panel = matrix.data_.data() + first * rows;
    const int64_t count = std::min(width, columns - first);
    for (int64_t row = 0; row < rows; ++row) {
      const float* at = from.data + row * from.row + first * from.column;
      for (int64_t k = 0; k < count; ++k) panel[row * width + k] = at[k * from.column];
    }
  }
  return matrix;
}

void Computing::AddProduct(const RowsOf& a, const Panels& b, double* out, int64_t out_stride) const {
  const int64_t panels = (b.columns + b.width - 1) / b.width;
  const int64_t at_once = std::max<int64_t>(1, kStretch / (std::max<int64_t>(1, a.count) * b.depth * b.width));
  const WideProduct product{a.data, a.stride, a.count, b.depth, b.data, b.stride, b.columns, out, out_stride};
  for (int64_t first = 0; first < panels && !cancelled(); first += at_once) {
    kernels.wide_product(product, first, std::min(panels, first + at_once));
  }
}

}  // namespace backward
}  // namespace unroll
