// Doubles where Buffer puts its floats, counted among what the addon holds.
#ifndef UNROLL_KERNELS_BACKWARD_DOUBLES_H_
#define UNROLL_KERNELS_BACKWARD_DOUBLES_H_

#include <cstdint>
#include <utility>

#include "native/core/buffer.h"
#include "native/core/program.h"

namespace unroll {
namespace backward {

class Doubles {
 public:
  Doubles() = default;
  // Zeros. Throws std::bad_alloc.
  explicit Doubles(int64_t size) : memory_(2 * size), size_(size) { AddLiveBytes(8 * size_); }
  ~Doubles() { AddLiveBytes(-8 * size_); }
  Doubles(Doubles&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  Doubles& operator=(Doubles&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }

  double* data() { return reinterpret_cast<double*>(memory_.data()); }
  const double* data() const { return reinterpret_cast<const double*>(memory_.data()); }
  int64_t size() const { return size_; }
  double& operator[](int64_t i) { return data()[i]; }
  double operator[](int64_t i) const { return data()[i]; }

 private:
  // Its floats are only ever memory: two are a double.
  Buffer memory_;
  int64_t size_ = 0;
};

}  // namespace backward
}  // namespace unroll

#endif  // UNROLL_KERNELS_BACKWARD_DOUBLES_H_
