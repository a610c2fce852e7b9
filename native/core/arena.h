// One allocation a run, given out in aligned pieces; nothing is allocated in the loop over the steps.
#ifndef UNROLL_CORE_ARENA_H_
#define UNROLL_CORE_ARENA_H_

#include <cstdint>
#include <cstdlib>

#include "native/core/program.h"

namespace unroll {

class Arena {
 public:
  Arena() = default;
  ~Arena() {
    if (base_ != nullptr) AddLiveBytes(-4 * size_);
    std::free(base_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // False where the system has no such memory.
  [[nodiscard]] bool Reserve(int64_t floats) {
    size_ = (floats + kAlign - 1) / kAlign * kAlign;
    base_ = static_cast<float*>(std::aligned_alloc(4 * kAlign, 4 * static_cast<size_t>(size_)));
    if (base_ == nullptr) {
      size_ = 0;
      return false;
    }
    AddLiveBytes(4 * size_);
    return true;
  }

  // nullptr where the plan counted too little: a bug that must not become a write past the end.
  float* Take(int64_t floats) {
    const int64_t rounded = (floats + kAlign - 1) / kAlign * kAlign;
    if (used_ + rounded > size_) return nullptr;
    float* piece = base_ + used_;
    used_ += rounded;
    return piece;
  }

  int64_t mark() const { return used_; }
  // Gives back all that was taken since the mark.
  void Release(int64_t mark) { used_ = mark; }

 private:
  static constexpr int64_t kAlign = 16;
  float* base_ = nullptr;
  int64_t size_ = 0;
  int64_t used_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_CORE_ARENA_H_
