// What the lanes of a warp do together, and the way from a kernel's words to the machine that runs it.
#include "native/kernels/cuda/emulator/builtins.h"

#include "native/kernels/cuda/emulator/machine.h"
#include "native/kernels/cuda/emulator/state.h"

namespace unroll {
namespace emulator {
namespace {

struct ShuffleHand {
  uint64_t value;
  unsigned source;
  uint64_t result;
};

void CombineShuffle(Warp*, void* const* hands, uint32_t lanes) {
  constexpr uint64_t kNothing = ~uint64_t{0};
  for (uint32_t left = lanes; left != 0; left &= left - 1) {
    auto* mine = static_cast<ShuffleHand*>(hands[std::countr_zero(left)]);
    const bool there = (lanes >> mine->source & 1) != 0;
    mine->result = there ? static_cast<const ShuffleHand*>(hands[mine->source])->value : kNothing;
  }
}

struct BallotHand {
  bool vote;
  uint32_t result;
};

void CombineBallot(Warp*, void* const* hands, uint32_t lanes) {
  uint32_t votes = 0;
  for (uint32_t left = lanes; left != 0; left &= left - 1) {
    const int lane = std::countr_zero(left);
    votes |= static_cast<uint32_t>(static_cast<const BallotHand*>(hands[lane])->vote) << lane;
  }
  for (uint32_t left = lanes; left != 0; left &= left - 1) static_cast<BallotHand*>(hands[std::countr_zero(left)])->result = votes;
}

}  // namespace

void SyncBlock(Site site) { running->SyncBlock(site); }
void SyncWarp(uint32_t mask, Site site) { running->Meet(mask, nullptr, nullptr, site); }
void SyncGrid(Site site) { running->SyncGrid(site); }
void Spin(Site site) { running->Spin(site); }
void Change() { running->Change(); }

void CountRare() { ++state().rare; }

void Fault(const char* what, Site site) {
  running->Blame(Name(*current) + " at " + Text(site) + ": " + what);
  running->Stop();
}

void* TakeShared(int index, int64_t bytes, Site site) { return running->TakeShared(index, bytes, site); }

uint64_t Shuffle(uint32_t mask, uint64_t value, unsigned source, Site site) {
  ShuffleHand hand{value, source, 0};
  running->Meet(mask, &hand, CombineShuffle, site);
  return hand.result;
}

uint32_t Ballot(uint32_t mask, bool vote, Site site) {
  BallotHand hand{vote, 0};
  running->Meet(mask, &hand, CombineBallot, site);
  return hand.result;
}

}  // namespace emulator
}  // namespace unroll
