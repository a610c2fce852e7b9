// Floats on a cache line's border; many of them on huge pages, where the system has such.
#ifndef UNROLL_CORE_BUFFER_H_
#define UNROLL_CORE_BUFFER_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "native/core/huge_pages.h"

namespace unroll {

class Buffer {
 public:
  Buffer() = default;
  // Zeros. Throws std::bad_alloc.
  explicit Buffer(int64_t size) : size_(size) {
    if (size == 0) return;
    constexpr size_t kLine = 64;
    const size_t bytes = 4 * static_cast<size_t>(size);
    // A panel is read from front to back: without huge pages each 4 KiB costs a walk through the page table.
    const size_t align = bytes >= kHugePage ? kHugePage : kLine;
    const size_t whole = (bytes + align - 1) / align * align;
    data_ = static_cast<float*>(std::aligned_alloc(align, whole));
    if (data_ == nullptr) throw std::bad_alloc();
    AdviseHugePages(data_, whole);
    std::memset(data_, 0, bytes);
  }
  ~Buffer() { std::free(data_); }
  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  [[gnu::always_inline]] inline float* data() { return data_; }
  [[gnu::always_inline]] inline const float* data() const { return data_; }
  int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  float* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace unroll

#endif  // UNROLL_CORE_BUFFER_H_
