// One allocation a run, given out in aligned pieces; nothing is allocated in the loop over the steps.
#ifndef UNROLL_CORE_ARENA_H_
#define UNROLL_CORE_ARENA_H_

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "native/core/program.h"

namespace unroll {

// Floats on a cache line's border, or nothing.
class Block {
 public:
  Block() = default;
  // Empty where the system has no such memory.
  explicit Block(int64_t floats) : floats_(Rounded(floats)) {
    data_ = static_cast<float*>(std::aligned_alloc(4 * kAlign, 4 * static_cast<size_t>(floats_)));
    if (data_ == nullptr) floats_ = 0;
    AddLiveBytes(4 * floats_);
  }
  ~Block() {
    AddLiveBytes(-4 * floats_);
    std::free(data_);
  }
  Block(Block&& other) noexcept : data_(std::exchange(other.data_, nullptr)), floats_(std::exchange(other.floats_, 0)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(floats_, other.floats_);
    return *this;
  }

  // Up to the border of the next line.
  static int64_t Rounded(int64_t floats) { return (floats + kAlign - 1) / kAlign * kAlign; }
  float* data() const { return data_; }
  int64_t floats() const { return floats_; }

 private:
  static constexpr int64_t kAlign = 16;
  float* data_ = nullptr;
  int64_t floats_ = 0;
};

// What the last run of a model computed in, for the next: memory that the system has just given is slow to touch for the first time, which
// is a fifth of a run of a few milliseconds.
class SpareBlock {
 public:
  // One with so many floats or more, or an empty one.
  Block Take(int64_t floats) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return block_.floats() >= floats ? std::move(block_) : Block();
  }
  void Keep(Block block) {
    // Less than that the allocator keeps itself; more is too much to sit on.
    constexpr int64_t kLeast = 1 << 15, kMost = 1 << 23;
    if (block.floats() < kLeast || block.floats() > kMost) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (block.floats() > block_.floats()) block_ = std::move(block);
  }

 private:
  std::mutex mutex_;
  Block block_;
};

class Arena {
 public:
  // spare: null, or outlives it.
  explicit Arena(SpareBlock* spare = nullptr) : spare_(spare) {}
  ~Arena() {
    if (spare_ != nullptr) spare_->Keep(std::move(block_));
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // False where the system has no such memory.
  [[nodiscard]] bool Reserve(int64_t floats) {
    if (spare_ != nullptr) block_ = spare_->Take(floats);
    if (block_.data() == nullptr) block_ = Block(floats);
    return block_.data() != nullptr;
  }

  // nullptr where the plan counted too little: a bug that must not become a write past the end.
  float* Take(int64_t floats) {
    const int64_t rounded = Block::Rounded(floats);
    if (used_ + rounded > block_.floats()) return nullptr;
    float* piece = block_.data() + used_;
    used_ += rounded;
    return piece;
  }

  int64_t mark() const { return used_; }
  // Gives back all that was taken since the mark.
  void Release(int64_t mark) { used_ = mark; }

 private:
  SpareBlock* const spare_;
  Block block_;
  int64_t used_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_CORE_ARENA_H_
