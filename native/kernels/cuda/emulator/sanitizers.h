// What the sanitizers have to be told: which stack is in use, which CUDA thread runs, what comes before what. Without them: nothing.
//
// For a race check the emulator itself is compiled without -fsanitize=thread and with UNROLL_EMULATOR_TSAN, the kernels with it:
// ThreadSanitizer then sees each CUDA thread as a thread, and of the emulator only what is said here.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_SANITIZERS_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_SANITIZERS_H_

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define UNROLL_EMULATOR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNROLL_EMULATOR_ASAN 1
#endif
#endif

#ifdef UNROLL_EMULATOR_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef UNROLL_EMULATOR_TSAN
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_set_fiber_name(void* fiber, const char* name);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace unroll {
namespace emulator {

#ifdef UNROLL_EMULATOR_TSAN
inline constexpr bool kRaceCheck = true;
#else
inline constexpr bool kRaceCheck = false;
#endif

// Where threads meet: what was before a Release comes before what is after an Acquire.
class Meeting {
 public:
  void Release() {
#ifdef UNROLL_EMULATOR_TSAN
    __tsan_release(&here_);
#endif
  }
  void Acquire() {
#ifdef UNROLL_EMULATOR_TSAN
    __tsan_acquire(&here_);
#endif
  }

 private:
  [[maybe_unused]] char here_ = 0;
};

// While it lives, what malloc, free and memset do is not taken for the CUDA thread's own doing, and memory from malloc is new.
class Unwatched {
 public:
#ifdef UNROLL_EMULATOR_TSAN
  Unwatched() { AnnotateIgnoreWritesBegin(__FILE__, __LINE__); }
  ~Unwatched() { AnnotateIgnoreWritesEnd(__FILE__, __LINE__); }
#else
  Unwatched() {}
#endif
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_SANITIZERS_H_
