// Fibers: stacks that an operating system's thread changes between by itself, in a few nanoseconds.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_FIBER_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_FIBER_H_

#include <cstddef>

#include "native/kernels/cuda/emulator/sanitizers.h"

namespace unroll {
namespace emulator {

struct Fiber {
  void* stack_pointer = nullptr;  // the first member: the assembler writes there
#ifdef UNROLL_EMULATOR_ASAN
  const void* stack = nullptr;  // its lowest address
  size_t stack_bytes = 0;
  void* fake_stack = nullptr;
#endif
#ifdef UNROLL_EMULATOR_TSAN
  void* tsan = nullptr;
#endif
};

extern "C" Fiber* UnrollSwitchFiber(Fiber* from, void* to);

// The first thing on a fiber and the first after each switch back to it: `from` is the one that was left.
inline void AfterSwitch([[maybe_unused]] Fiber* from, [[maybe_unused]] Fiber* now) {
#ifdef UNROLL_EMULATOR_ASAN
  __sanitizer_finish_switch_fiber(now->fake_stack, &from->stack, &from->stack_bytes);
#endif
}

// Goes on where `to` was left, or at its beginning; returns when somebody switches back.
inline void SwitchFiber(Fiber* from, Fiber* to) {
#ifdef UNROLL_EMULATOR_ASAN
  __sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->stack_bytes);
#endif
#ifdef UNROLL_EMULATOR_TSAN
  constexpr unsigned kNoOrder = 1;  // that one runs after the other is chance and orders nothing
  __tsan_switch_to_fiber(to->tsan, kNoOrder);
#endif
  AfterSwitch(UnrollSwitchFiber(from, to->stack_pointer), from);
}

// The stacks of a warp, each behind a page that nobody may touch.
class Stacks {
 public:
  static constexpr int kCount = 32;

  Stacks();
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  // Makes `fiber` start at `entry` on stack `index`. entry does not return.
  void Prepare(int index, Fiber* fiber, void (*entry)(Fiber* from)) const;

 private:
  char* memory_;
};

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_FIBER_H_
