// Memory on pages of 2 MiB, where the system has such and asks who wants them.
#ifndef UNROLL_CORE_HUGE_PAGES_H_
#define UNROLL_CORE_HUGE_PAGES_H_

#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace unroll {

inline constexpr size_t kHugePage = size_t{2} << 20;

// Before the memory is first touched: a virtual machine takes about two microseconds for each page, and a walk through its page tables and
// those of its host for each page that was not touched lately. Memory that is touched already stays as it is. Only pages that lie in it
// as a whole are asked for: what stands beside it is its owner's.
inline void AdviseHugePages([[maybe_unused]] void* data, [[maybe_unused]] size_t bytes) {
#if defined(__linux__)
  const uintptr_t at = reinterpret_cast<uintptr_t>(data);
  const uintptr_t from = (at + kHugePage - 1) / kHugePage * kHugePage, to = (at + bytes) / kHugePage * kHugePage;
  // An advice: a system that refuses it gives small pages.
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
#endif
}

}  // namespace unroll

#endif  // UNROLL_CORE_HUGE_PAGES_H_
