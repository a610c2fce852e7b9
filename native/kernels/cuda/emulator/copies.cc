// The list of a thread's copies that are under way.
#include "native/kernels/cuda/emulator/copies.h"

#include "native/kernels/cuda/emulator/builtins.h"
#include "native/kernels/cuda/emulator/machine.h"

namespace unroll {
namespace emulator {
namespace {

Copies& Mine() { return static_cast<Lane*>(current)->copies; }

}  // namespace

void AddCopy(float* to, const float* from, int floats, Site site) {
  const uintptr_t bytes = 4 * static_cast<uintptr_t>(floats);
  if (reinterpret_cast<uintptr_t>(to) % bytes != 0 || reinterpret_cast<uintptr_t>(from) % bytes != 0)
    Fault("a misaligned copy of 4 or 16 bytes", site);
  const Unwatched unwatched;
  Copies& copies = Mine();
  // A pipeline never waits for all of them, so those that are done have to go while others are under way.
  constexpr size_t kKept = 64;
  if (copies.done >= kKept && 2 * copies.done >= copies.pending.size()) {
    copies.pending.erase(copies.pending.begin(), copies.pending.begin() + static_cast<std::ptrdiff_t>(copies.done));
    copies.done = 0;
  }
  copies.pending.push_back({to, from, floats, copies.groups});
}

void EndCopyGroup() { ++Mine().groups; }

const PendingCopy* NextDueCopy(int pending) {
  Copies& copies = Mine();
  if (copies.done == copies.pending.size()) {
    copies.pending.clear();
    copies.done = 0;
    return nullptr;
  }
  const PendingCopy* copy = &copies.pending[copies.done];
  if (copy->group + static_cast<uint64_t>(pending) >= copies.groups) return nullptr;
  ++copies.done;
  return copy;
}

}  // namespace emulator
}  // namespace unroll
