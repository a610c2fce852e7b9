// Threads that compute one run together, and the barrier at which they wait for each other.
//
// Waiting is a short spin, then a sleep: a pure spin is fastest while every thread has a processor of its own, and a thousand times
// slower as soon as one has not.
#ifndef UNROLL_CORE_POOL_H_
#define UNROLL_CORE_POOL_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "native/core/placement.h"

namespace unroll {

// For a while; true once the value is no longer `old`.
inline bool Spin(const std::atomic<uint32_t>& value, uint32_t old) {
  constexpr int kSpins = 8000;  // about a hundred microseconds
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
  return false;
}

// Until it is no longer `old`.
inline void WaitWhile(const std::atomic<uint32_t>& value, uint32_t old) {
  if (Spin(value, old)) return;
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

class Barrier {
 public:
  explicit Barrier(int members) : members_(members) {}

  // True for all of them where any asked to stop.
  bool Wait(bool stop) {
    if (members_ == 1) return stop;
    const uint32_t round = round_.load(std::memory_order_acquire);
    if (stop) stop_.store(true, std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      arrived_.store(0, std::memory_order_relaxed);
      // The last one decides for all: a wish that comes later belongs to the next round. Of two rounds in turn, no decision is overwritten
      // before everyone has read it.
      decided_[round & 1].store(stop_.load(std::memory_order_relaxed), std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      round_.notify_all();
    } else {
      WaitWhile(round_, round);
    }
    return decided_[round & 1].load(std::memory_order_relaxed);
  }

 private:
  const int members_;
  std::atomic<int> arrived_{0};
  std::atomic<uint32_t> round_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> decided_[2] = {false, false};
};

class Pool {
 public:
  Pool() = default;
  ~Pool() {
    stopped_.store(true, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    Wake();
    for (std::thread& thread : threads_) thread.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Makes as many threads as are missing for Run(wanted, …); returns how many may take part, this one included.
  int Grow(int wanted) {
    while (static_cast<int>(threads_.size()) + 1 < wanted) {
      try {
        const int index = static_cast<int>(threads_.size()) + 1;
        threads_.emplace_back([this, index, seen = round_.load(std::memory_order_relaxed)] { Work(index, seen); });
        kept_off_ = -1;
      } catch (const std::system_error&) {
        break;  // the system has no more threads: fewer compute
      }
    }
    return std::min(wanted, static_cast<int>(threads_.size()) + 1);
  }

  // Says that a Run is about to come, from any thread: a sleeping thread that is woken now finds a processor that is still idle. Woken by
  // the run itself it may be put behind that on the same one, for milliseconds, while the other becomes idle.
  void Wake() {
    alarm_.fetch_add(1, std::memory_order_release);
    alarm_.notify_all();
  }

  // body(0) here, body(1) … body(count − 1) on other threads; returns when all are over. count ≤ what Grow gave; body does not throw.
  void Run(int count, const std::function<void(int)>& body) {
    if (count > 1) {
      Spread();
      body_ = &body;
      count_ = count;
      left_.store(static_cast<uint32_t>(threads_.size()), std::memory_order_relaxed);
      round_.fetch_add(1, std::memory_order_release);
      Wake();
    }
    body(0);
    if (count == 1) return;
    for (uint32_t left = left_.load(std::memory_order_acquire); left != 0; left = left_.load(std::memory_order_acquire))
      WaitWhile(left_, left);
  }

 private:
  // A helper that shares the caller's processor would begin when its part of the work is already late: some schedulers leave it there for
  // milliseconds while another processor is idle. Asked of the system only when the caller has moved.
  void Spread() {
    const int here = CurrentProcessor();
    if (here == kept_off_) return;
    for (std::thread& thread : threads_) KeepOff(thread.native_handle(), here);
    kept_off_ = here;
  }

  void Work(int index, uint32_t seen) {
    for (;;) {
      WaitForRound(seen);
      ++seen;
      if (stopped_.load(std::memory_order_relaxed)) return;
      if (index < count_) (*body_)(index);
      if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_one();
    }
  }

  // Spins after each alarm, sleeps until the next.
  void WaitForRound(uint32_t seen) {
    for (;;) {
      const uint32_t alarm = alarm_.load(std::memory_order_acquire);
      if (Spin(round_, seen)) return;
      alarm_.wait(alarm, std::memory_order_acquire);
    }
  }

  std::vector<std::thread> threads_;
  std::atomic<uint32_t> alarm_{0};
  std::atomic<uint32_t> round_{0};
  std::atomic<uint32_t> left_{0};
  std::atomic<bool> stopped_{false};
  const std::function<void(int)>* body_ = nullptr;
  int count_ = 0;
  // The processor that helpers keep off; −1: none.
  int kept_off_ = -1;
};

}  // namespace unroll

#endif  // UNROLL_CORE_POOL_H_
