// Copies into shared memory that go on behind a thread's back: really late, so that who forgets to wait reads NaN.
#ifndef UNROLL_KERNELS_CUDA_EMULATOR_COPIES_H_
#define UNROLL_KERNELS_CUDA_EMULATOR_COPIES_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "native/kernels/cuda/emulator/thread.h"

namespace unroll {
namespace emulator {

struct PendingCopy {
  float* to;
  const float* from;
  int floats;
  uint64_t group;
};

// Of one thread, in the order in which they were asked for.
struct Copies {
  std::vector<PendingCopy> pending;
  size_t done = 0;
  uint64_t groups = 0;  // that were ended
};

void AddCopy(float* to, const float* from, int floats, Site site);
void EndCopyGroup();
// The next one that is to be complete when only the latest `pending` groups may be under way; nullptr: no more.
const PendingCopy* NextDueCopy(int pending);

// The copies themselves are inline: they are the kernel's accesses, which its sanitizers have to see. Until its group is waited for, the
// target is NaN.
inline void StartCopy(float* shared, const float* global, int floats, Site site) {
  AddCopy(shared, global, floats, site);
  for (int i = 0; i < floats; ++i) {
    static_cast<void>(*static_cast<const volatile float*>(global + i));
    shared[i] = std::numeric_limits<float>::quiet_NaN();
  }
}

inline void CopyAsync4(float* shared, const float* global, Site site = Site::Here()) { StartCopy(shared, global, 1, site); }
inline void CopyAsync16(float* shared, const float* global, Site site = Site::Here()) { StartCopy(shared, global, 4, site); }
inline void CommitCopies() { EndCopyGroup(); }

template <int kPending>
inline void WaitCopies() {
  while (const PendingCopy* copy = NextDueCopy(kPending)) {
    for (int i = 0; i < copy->floats; ++i) copy->to[i] = copy->from[i];
  }
}

}  // namespace emulator
}  // namespace unroll

#endif  // UNROLL_KERNELS_CUDA_EMULATOR_COPIES_H_
