// Weights as doubles in panels, and their products with rows, which stop early where the pass is cancelled.
#ifndef UNROLL_KERNELS_BACKWARD_MATRIX_H_
#define UNROLL_KERNELS_BACKWARD_MATRIX_H_

#include "native/core/backend.h"
#include "native/core/cancel.h"
#include "native/kernels/backward/doubles.h"

namespace unroll {
namespace backward {

// Some rows of a matrix.
struct Panels {
  const double* data;  // of panel p, row k at data + p·stride + k·width
  int64_t stride, depth, columns, width;
};

// Rows of what is multiplied: row i at data + i·stride.
struct RowsOf {
  const double* data;
  int64_t stride, count;
};

// How a pass computes: the kernels of its target, threads, and whom it listens to.
struct Computing {
  const Kernels& kernels;
  int64_t threads;
  CancelToken* token;  // or null
  Pool* pool;          // or null

  bool cancelled() const { return token != nullptr && token->cancelled(); }
  // Multiply-adds that are done.
  void Advance(int64_t work) const {
    if (token != nullptr) token->Advance(work);
  }
  // out[a.count × b.columns] += a · b; a's rows have b.depth numbers. Cancelled, it leaves numbers that nobody is to read.
  void AddProduct(const RowsOf& a, const Panels& b, double* out, int64_t out_stride) const;
};

class Matrix {
 public:
  Matrix() = default;
  // Of [rows, columns], or of what that is turned round: [columns, rows]. Cancelled, it is left unfinished. Throws std::bad_alloc.
  static Matrix Of(const float* from, int64_t rows, int64_t columns, const Computing& computing);
  static Matrix Transposed(const float* from, int64_t rows, int64_t columns, const Computing& computing);
  // Doubles that it takes, on any target.
  static int64_t Size(int64_t rows, int64_t columns);

  Panels All() const { return Rows(0, rows_); }
  Panels Rows(int64_t from, int64_t count) const { return {data_.data() + from * width_, rows_ * width_, count, columns_, width_}; }

 private:
  // Element (i, j) at data + i·row + j·column.
  struct Strided {
    const float* data;
    int64_t row, column;
  };

  Matrix(int64_t rows, int64_t columns, const Kernels& kernels);
  static Matrix Packed(const Strided& from, int64_t rows, int64_t columns, const Computing& computing);

  int64_t rows_ = 0, columns_ = 0, width_ = 0;
  Doubles data_;
};

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_MATRIX_H_
