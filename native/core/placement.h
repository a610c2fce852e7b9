// Where threads run: keeps a helper off the processor on which the thread that waits for it computes.
#ifndef UNROLL_CORE_PLACEMENT_H_
#define UNROLL_CORE_PLACEMENT_H_

#include <thread>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

namespace unroll {

#if defined(__linux__)

// −1: not known.
inline int CurrentProcessor() { return sched_getcpu(); }

// Lets the thread run wherever the calling one may, but for `processor`; where that leaves none, wherever it may now.
inline void KeepOff(std::thread::native_handle_type thread, int processor) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return;
  CPU_CLR(processor, &allowed);
  if (CPU_COUNT(&allowed) > 0) pthread_setaffinity_np(thread, sizeof(allowed), &allowed);
}

#elif defined(_WIN32)

inline int CurrentProcessor() { return static_cast<int>(GetCurrentProcessorNumber()); }

inline void KeepOff(std::thread::native_handle_type thread, int processor) {
  DWORD_PTR allowed = 0, system = 0;
  if (processor < 0 || processor >= 64 || !GetProcessAffinityMask(GetCurrentProcess(), &allowed, &system)) return;
  const DWORD_PTR others = allowed & ~(DWORD_PTR{1} << processor);
  if (others != 0) SetThreadAffinityMask(reinterpret_cast<HANDLE>(thread), others);
}

#else

// macOS places threads itself and takes no such wish.
inline int CurrentProcessor() { return -1; }
inline void KeepOff(std::thread::native_handle_type, int) {}

#endif

}  // namespace unroll

#endif  // UNROLL_CORE_PLACEMENT_H_
