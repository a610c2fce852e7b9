// mma.sync.aligned.m16n8k8 on the processor: fragments of all lanes are put together, multiplied as matrices and given out again.
#include "native/kernels/cuda/emulator/tensor_core.h"

#include "native/kernels/cuda/emulator/builtins.h"
#include "native/kernels/cuda/emulator/machine.h"

namespace unroll {
namespace emulator {
namespace {

constexpr int kRows = 16, kColumns = 8, kDepth = 8;

struct Hand {
  float* d;
  const uint32_t* a[2];  // big, small
  const uint32_t* b[2];
};

using Vector = float __attribute__((vector_size(4 * kColumns)));

// Whole matrices, of `kParts` summands each.
template <int kParts>
struct Matrices {
  float a[kParts][kRows][kDepth];
  Vector b[kParts][kDepth];
  Vector d[kRows];
};

// The hardware does not look at the other bits.
float Value(uint32_t bits) { return std::bit_cast<float>(bits & ~0x1fffu); }

template <int kParts>
[[gnu::always_inline]] inline void Gather(void* const* hands, Matrices<kParts>* all) {
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto* hand = static_cast<const Hand*>(hands[lane]);
    const int g = lane / 4, t = lane % 4;
    for (int part = 0; part < kParts; ++part) {
      const uint32_t *a = hand->a[part], *b = hand->b[part];
      all->a[part][g][t] = Value(a[0]);
      all->a[part][g + 8][t] = Value(a[1]);
      all->a[part][g][t + 4] = Value(a[2]);
      all->a[part][g + 8][t + 4] = Value(a[3]);
      all->b[part][t][g] = Value(b[0]);
      all->b[part][t + 4][g] = Value(b[1]);
    }
    all->d[g][2 * t] = hand->d[0];
    all->d[g][2 * t + 1] = hand->d[1];
    all->d[g + 8][2 * t] = hand->d[2];
    all->d[g + 8][2 * t + 1] = hand->d[3];
  }
}

template <int kParts>
[[gnu::always_inline]] inline void MultiplyAdd(Matrices<kParts>* all, int of_a, int of_b) {
  for (int row = 0; row < kRows; ++row) {
    Vector sum = all->d[row];
#pragma GCC unroll 8
    for (int k = 0; k < kDepth; ++k) sum += all->a[of_a][row][k] * all->b[of_b][k];
    all->d[row] = sum;
  }
}

template <int kParts>
[[gnu::always_inline]] inline void Compute(void* const* hands) {
  Matrices<kParts> all;
  Gather(hands, &all);
  if constexpr (kParts == 2) {
    MultiplyAdd(&all, 1, 0);
    MultiplyAdd(&all, 0, 1);
  }
  MultiplyAdd(&all, 0, 0);
  for (int lane = 0; lane < kLanes; ++lane) {
    float* d = static_cast<const Hand*>(hands[lane])->d;
    const int g = lane / 4, t = lane % 4;
    d[0] = all.d[g][2 * t];
    d[1] = all.d[g][2 * t + 1];
    d[2] = all.d[g + 8][2 * t];
    d[3] = all.d[g + 8][2 * t + 1];
  }
}

#if defined(__x86_64__)
template <int kParts>
[[gnu::target("avx2")]] void ComputeAvx2(void* const* hands) {
  Compute<kParts>(hands);
}
const bool has_avx2 = __builtin_cpu_supports("avx2");
#endif

// The last thread that could have come has ended instead.
[[noreturn]] void Missing(Lane* me, uint32_t lanes) {
  Machine* machine = me->warp->block->machine;
  const Lane& waiting = me->warp->lanes[std::countr_zero(lanes)];
  machine->Blame(Name(*me) + " has ended, others of its warp want a product of tensor cores at " + Text(waiting.waits_at));
  machine->Stop(me);
}

// Products of TF32 values are exact in float32, so that the result does not depend on the instructions.
template <int kParts>
void Combine(void* const* hands, uint32_t lanes) {
  if (lanes != kAllLanes) Missing(static_cast<Lane*>(current), lanes);
#if defined(__x86_64__)
  if (has_avx2) return ComputeAvx2<kParts>(hands);
#endif
  Compute<kParts>(hands);
}

template <int kParts>
void Multiply(Hand hand, Site site) {
  auto* me = static_cast<Lane*>(current);
  Warp* warp = me->warp;
  if (warp->alive != kAllLanes) Fault("a product of tensor cores wants all lanes of a warp", site);
  warp->block->machine->Meet(me, kAllLanes, &hand, Combine<kParts>, site);
}

}  // namespace

void MmaTf32(float d[4], const uint32_t a[4], const uint32_t b[2], Site site) { Multiply<1>({d, {a, a}, {b, b}}, site); }

void Mma3xTf32(float d[4], const uint32_t a_big[4], const uint32_t a_small[4], const uint32_t b_big[2], const uint32_t b_small[2],
               Site site) {
  Multiply<2>({d, {a_big, a_small}, {b_big, b_small}}, site);
}

}  // namespace emulator
}  // namespace unroll
