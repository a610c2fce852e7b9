// The matrix product and the cells' last steps of each CPU target, at sizes around those of its panels and tiles.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "native/core/backend.h"
#include "native/test/check.h"
#include "native/test/random.h"

namespace unroll {
namespace {

using test::Random;

constexpr float kUntouched = 12345.0f;

struct Sizes {
  int64_t m, rows, columns, lda, ldc;
};

void CheckProduct(const Kernels& kernels, const Sizes& s, bool accumulate, Random* random) {
  test::Context() = std::string(kernels.name) + ": m " + std::to_string(s.m) + ", rows " + std::to_string(s.rows) + ", columns " +
                    std::to_string(s.columns) + (accumulate ? ", accumulate" : "");
  const std::vector<float> a = random->Floats((s.m - 1) * s.lda + s.rows, 1), b = random->Floats(s.rows * s.columns, 1);
  std::vector<float> c(static_cast<size_t>((s.m - 1) * s.ldc + s.columns), kUntouched);
  std::vector<double> expected(c.begin(), c.end());
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < s.columns; ++j) {
      float& start = c[i * s.ldc + j];
      start = random->Float(1);
      double sum = accumulate ? start : 0;
      for (int64_t k = 0; k < s.rows; ++k) sum += static_cast<double>(a[i * s.lda + k]) * b[k * s.columns + j];
      expected[i * s.ldc + j] = sum;
    }
  }
  const PackedMatrix packed = Pack(b.data(), s.rows, s.columns, kernels);
  kernels.gemm(a.data(), s.lda, s.m, packed, c.data(), s.ldc, accumulate);
  // What lies between the rows has to be as it was, so all of it is compared.
  for (size_t i = 0; i < c.size(); ++i) CHECK_NEAR(c[i], expected[i], 1e-5, 1e-5);
}

TEST(gemm_around_the_size_of_a_panel) {
  Random random(11);
  for (const Kernels* kernels : AvailableKernels()) {
    const int64_t width = kernels->panel_width;
    for (int64_t columns : {int64_t{1}, width - 1, width, width + 1, 2 * width, 3 * width - 1}) {
      for (int64_t m = 1; m <= 13; ++m) {
        const int64_t rows = random.Between(1, 40);
        const Sizes sizes{m, rows, columns, rows + random.Between(0, 3), columns + random.Between(0, 3)};
        for (bool accumulate : {false, true}) CheckProduct(*kernels, sizes, accumulate, &random);
      }
    }
  }
}

TEST(gemm_of_random_sizes) {
  Random random(12);
  for (int64_t i = 0; i < test::Cases(40); ++i) {
    for (const Kernels* kernels : AvailableKernels()) {
      const int64_t rows = random.Between(1, 150), columns = random.Between(1, 200);
      CheckProduct(*kernels, {random.Between(1, 30), rows, columns, rows, columns}, random.Coin(), &random);
    }
  }
}

// Many steps and a few left over, with tiles of every number of rows.
TEST(gemm_of_deep_products) {
  Random random(14);
  for (const Kernels* kernels : AvailableKernels()) {
    for (int64_t m : {23, 24, 25, 35, 66, 67, 133}) {
      const int64_t rows = random.Between(505, 520), columns = kernels->panel_width + random.Between(0, 3);
      CheckProduct(*kernels, {m, rows, columns, rows + random.Between(0, 3), columns}, random.Coin(), &random);
    }
    for (int64_t rows : {512, 513, 515, 767, 768, 1030}) CheckProduct(*kernels, {40, rows, 9, rows, 9}, random.Coin(), &random);
  }
}

void CheckRowsAlone(int64_t m, int64_t rows, int64_t columns) {
  Random random(13);
  const std::vector<float> a = random.Floats(m * rows, 1), b = random.Floats(rows * columns, 1);
  for (const Kernels* kernels : AvailableKernels()) {
    test::Context() = kernels->name;
    const PackedMatrix packed = Pack(b.data(), rows, columns, *kernels);
    std::vector<float> together(m * columns), alone(columns);
    kernels->gemm(a.data(), rows, m, packed, together.data(), columns, false);
    for (int64_t i = 0; i < m; ++i) {
      kernels->gemm(a.data() + i * rows, rows, 1, packed, alone.data(), columns, false);
      for (int64_t j = 0; j < columns; ++j) CHECK(alone[j] == together[i * columns + j]);
    }
  }
}

TEST(a_row_does_not_depend_on_the_rows_beside_it) {
  CheckRowsAlone(17, 33, 70);
  CheckRowsAlone(70, 517, 70);
}

TEST(pack_lays_out_panels_and_fills_up_with_zeros) {
  const std::vector<float> matrix{1, 2, 3, 4, 5, 6};  // [2, 3]
  const auto floats = [](const PackedMatrix& packed) {
    CHECK(packed.rows == 2 && packed.columns == 3);
    return std::vector<float>(packed.data.data(), packed.data.data() + packed.data.size());
  };
  CHECK((floats(Pack(matrix.data(), 2, 3, 2, 2)) == std::vector<float>{1, 2, 4, 5, 3, 0, 6, 0}));
  CHECK((floats(Pack(matrix.data(), 2, 3, 4, 2)) == std::vector<float>{1, 2, 4, 5, 3, 0, 6, 0}));
  CHECK((floats(Pack(matrix.data(), 2, 3, 4, 4)) == std::vector<float>{1, 2, 3, 0, 4, 5, 6, 0}));
}

TEST(targets_are_distinct_and_the_best_is_last) {
  const auto& list = AvailableKernels();
  CHECK(!list.empty() && std::string(list.front()->name) == "scalar");
  for (size_t i = 1; i < list.size(); ++i) CHECK(list[i]->panel_width >= list[i - 1]->panel_width);
  setenv("UNROLL_CPU_TARGET", "scalar", 1);
  CHECK(ChosenKernels() == list.front());
  setenv("UNROLL_CPU_TARGET", "no such target", 1);
  CHECK(ChosenKernels() == nullptr);
  setenv("UNROLL_CPU_TARGET", "", 1);
  CHECK(ChosenKernels() == list.back());
  unsetenv("UNROLL_CPU_TARGET");
  CHECK(ChosenKernels() == list.back());
}

}  // namespace
}  // namespace unroll
