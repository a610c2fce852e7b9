// How a run is told to stop, and how it tells how far it is; shared between threads.
#ifndef UNROLL_CORE_CANCEL_H_
#define UNROLL_CORE_CANCEL_H_

#include <atomic>
#include <cstdint>

namespace unroll {

class CancelToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // Time steps done.
  void Advance(int64_t steps) { progress_.fetch_add(steps, std::memory_order_relaxed); }
  int64_t progress() const { return progress_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> progress_{0};
};

}  // namespace unroll

#endif  // UNROLL_CORE_CANCEL_H_
