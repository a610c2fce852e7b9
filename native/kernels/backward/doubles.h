// Doubles on a cache line's border, counted among what the addon holds.
#ifndef UNROLL_KERNELS_BACKWARD_DOUBLES_H_
#define UNROLL_KERNELS_BACKWARD_DOUBLES_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "native/core/program.h"

namespace unroll {
namespace backward {

class Doubles {
 public:
  Doubles() = default;
  // Zeros. Throws std::bad_alloc.
  explicit Doubles(int64_t size) : size_(size) {
    if (size == 0) return;
    constexpr size_t kLine = 64;
    const size_t bytes = (8 * static_cast<size_t>(size) + kLine - 1) / kLine * kLine;
    data_ = static_cast<double*>(std::aligned_alloc(kLine, bytes));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_, 0, bytes);
    AddLiveBytes(8 * size_);
  }
  ~Doubles() {
    if (data_ != nullptr) AddLiveBytes(-8 * size_);
    std::free(data_);
  }
  Doubles(Doubles&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Doubles& operator=(Doubles&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  double* data() { return data_; }
  const double* data() const { return data_; }
  int64_t size() const { return size_; }
  double& operator[](int64_t i) { return data_[i]; }
  double operator[](int64_t i) const { return data_[i]; }

 private:
  double* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_DOUBLES_H_
