// The product in double of each CPU target, at sizes around those of its panels, tiles and blocks.
#include "native/kernels/backward/matrix.h"

#include <cstdint>
#include <string>
#include <vector>

#include "native/core/backend.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace {

using backward::Computing;
using backward::Matrix;
using test::Random;

// a: rows of so many numbers and a few more that are not read.
struct Sizes {
  int64_t m, depth, columns, from, more;
};

std::vector<double> Wide(const std::vector<float>& v) { return std::vector<double>(v.begin(), v.end()); }

// Of rows [from, from + depth) of a matrix, and of the same matrix handed over turned round.
void CheckProduct(const Kernels& kernels, const Sizes& s, Random* random) {
  test::Context() = std::string(kernels.name) + ": m " + std::to_string(s.m) + ", depth " + std::to_string(s.depth) + ", columns " +
                    std::to_string(s.columns) + ", from " + std::to_string(s.from);
  const int64_t rows = s.from + s.depth + 1, lda = s.depth + s.more, ldc = s.columns + s.more;
  const std::vector<float> b = random->Floats(rows * s.columns, 1);
  std::vector<float> turned(b.size());
  for (int64_t k = 0; k < rows; ++k) {
    for (int64_t j = 0; j < s.columns; ++j) turned[j * rows + k] = b[k * s.columns + j];
  }
  const std::vector<double> a = Wide(random->Floats(s.m * lda, 1)), start = Wide(random->Floats(s.m * ldc, 1));
  const Computing computing{kernels, 1, nullptr, nullptr};
  const Matrix matrix = Matrix::Of(b.data(), rows, s.columns, kernels), other = Matrix::Transposed(turned.data(), s.columns, rows, kernels);
  std::vector<double> c = start, same = start;
  computing.AddProduct({a.data(), lda, s.m}, matrix.Rows(s.from, s.depth), c.data(), ldc);
  computing.AddProduct({a.data(), lda, s.m}, other.Rows(s.from, s.depth), same.data(), ldc);
  CHECK(c == same);
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      double sum = start[i * ldc + j];
      for (int64_t k = 0; k < s.depth && j < s.columns; ++k) sum += a[i * lda + k] * b[(s.from + k) * s.columns + j];
      // What lies between the rows stays as it was.
      CHECK_NEAR(c[i * ldc + j], sum, j < s.columns ? 1e-13 * static_cast<double>(s.depth) : 0, 0);
    }
  }
}

TEST(products_around_the_sizes_of_panels_tiles_and_blocks) {
  Random random(31);
  for (const Kernels* kernels : AvailableKernels()) {
    const int64_t width = kernels->wide_width;
    for (int64_t columns : {int64_t{1}, width - 1, width, width + 1, 3 * width - 1}) {
      for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 97}) CheckProduct(*kernels, {m, random.Between(1, 40), columns, 0, 2}, &random);
    }
    CheckProduct(*kernels, {5, 255, width, 3, 0}, &random);
    CheckProduct(*kernels, {101, 513, width + 1, 7, 1}, &random);
  }
}

TEST(a_row_does_not_depend_on_the_rows_beside_it) {
  Random random(32);
  const int64_t m = 103, depth = 300, columns = 29;
  const std::vector<double> a = Wide(random.Floats(m * depth, 1));
  const std::vector<float> b = random.Floats(depth * columns, 1);
  for (const Kernels* kernels : AvailableKernels()) {
    test::Context() = kernels->name;
    const Computing computing{*kernels, 1, nullptr, nullptr};
    const Matrix matrix = Matrix::Of(b.data(), depth, columns, *kernels);
    std::vector<double> together(m * columns);
    computing.AddProduct({a.data(), depth, m}, matrix.All(), together.data(), columns);
    for (int64_t i = 0; i < m; ++i) {
      std::vector<double> alone(columns);
      computing.AddProduct({a.data() + i * depth, depth, 1}, matrix.All(), alone.data(), columns);
      CHECK(std::equal(alone.begin(), alone.end(), together.begin() + i * columns));
    }
  }
}

TEST(a_cancelled_product_is_left_alone) {
  CancelToken token;
  token.Cancel();
  const Kernels& kernels = *AvailableKernels().back();
  const std::vector<float> b(100, 1);
  const std::vector<double> a(10, 1);
  std::vector<double> c(10);
  Computing{kernels, 1, &token, nullptr}.AddProduct({a.data(), 10, 1}, Matrix::Of(b.data(), 10, 10, kernels).All(), c.data(), 10);
  CHECK(c == std::vector<double>(10));
}

}  // namespace
}  // namespace unroll
