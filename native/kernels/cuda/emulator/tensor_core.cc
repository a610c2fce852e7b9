// mma.sync.aligned.m16n8k8 on the processor: fragments of all lanes are put together, multiplied as matrices and given out again.
#include "native/kernels/cuda/emulator/tensor_core.h"

#include <cstring>

#include "native/kernels/cuda/emulator/builtins.h"
#include "native/kernels/cuda/emulator/machine.h"

namespace unroll {
namespace emulator {
namespace {

constexpr int kRows = 16, kColumns = 8, kDepth = 8;

using Vector = float __attribute__((vector_size(4 * kColumns)));

// d += a · b, of these parts and for these rounds' d.
[[gnu::always_inline]] inline void MultiplyAdd(Matrices* all, int of_a, int of_b, unsigned round) {
  Vector b[kDepth];
#pragma GCC unroll 8
  for (int k = 0; k < kDepth; ++k) std::memcpy(&b[k], all->b[of_b][k], sizeof b[k]);
  for (int g = 0; g < kRows / 2; ++g) {
    const uint32_t(*a)[4] = all->a[of_a] + 4 * g;
    const auto at = [&](int t, int i) { return std::bit_cast<float>(a[t][i]); };
    Vector upper, lower;  // rows g and g + 8
    std::memcpy(&upper, all->d[round][g], sizeof upper);
    std::memcpy(&lower, all->d[round][g + 8], sizeof lower);
#pragma GCC unroll 8
    for (int k = 0; k < kDepth; ++k) {
      upper += at(k % 4, k / 4 * 2) * b[k];
      lower += at(k % 4, k / 4 * 2 + 1) * b[k];
    }
    std::memcpy(all->d[round][g], &upper, sizeof upper);
    std::memcpy(all->d[round][g + 8], &lower, sizeof lower);
  }
}

template <int kParts>
[[gnu::always_inline]] inline void Compute(Matrices* all, unsigned round) {
  if constexpr (kParts == 2) {
    MultiplyAdd(all, 1, 0, round);
    MultiplyAdd(all, 0, 1, round);
  }
  MultiplyAdd(all, 0, 0, round);
}

#if defined(__x86_64__)
template <int kParts>
[[gnu::target("avx2,fma")]] void ComputeAvx2(Matrices* all, unsigned round) {
  Compute<kParts>(all, round);
}
const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif

// The last thread that could have come has ended instead.
[[noreturn]] void Missing(uint32_t lanes) {
  const Lane& waiting = static_cast<Lane*>(current)->warp->lanes[std::countr_zero(lanes)];
  running->Blame(Name(*current) + " has ended, others of its warp want a product of tensor cores at " + Text(waiting.waits_at));
  running->Stop();
}

// Products of TF32 values are exact in float32, so that the result does not depend on the instructions.
template <int kParts>
void Combine(Warp* warp, void* const*, uint32_t lanes) {
  if (lanes != kAllLanes) Missing(lanes);
  const unsigned round = warp->whole.round % 2;
#if defined(__x86_64__)
  if (has_avx2) return ComputeAvx2<kParts>(&warp->matrices, round);
#endif
  Compute<kParts>(&warp->matrices, round);
}

// The hardware does not look at the other bits.
constexpr uint32_t kRead = ~0x1fffu;

void PutA(const uint32_t from[4], uint32_t to[4]) {
  using Fragment = uint32_t __attribute__((vector_size(16)));
  Fragment all;
  std::memcpy(&all, from, sizeof all);
  all &= kRead;
  std::memcpy(to, &all, sizeof all);
}

template <int kParts>
void Multiply(float d[4], const uint32_t* const (&a)[kParts], const uint32_t* const (&b)[kParts], Site site) {
  const auto* me = static_cast<Lane*>(current);
  Warp* warp = me->warp;
  if (warp->alive != kAllLanes) Fault("a product of tensor cores wants all lanes of a warp", site);
  Matrices& all = warp->matrices;
  const unsigned lane = me->lane, g = lane / 4, t = lane % 4, round = warp->whole.round % 2;
  for (int part = 0; part < kParts; ++part) {
    PutA(a[part], all.a[part][lane]);
    all.b[part][t][g] = std::bit_cast<float>(b[part][0] & kRead);
    all.b[part][t + 4][g] = std::bit_cast<float>(b[part][1] & kRead);
  }
  float *upper = &all.d[round][g][2 * t], *lower = &all.d[round][g + 8][2 * t];
  std::memcpy(upper, d, 8);
  std::memcpy(lower, d + 2, 8);
  running->Meet(kAllLanes, nullptr, Combine<kParts>, site);
  std::memcpy(d, upper, 8);
  std::memcpy(d + 2, lower, 8);
}

}  // namespace

void MmaTf32(float d[4], const uint32_t a[4], const uint32_t b[2], Site site) { Multiply<1>(d, {a}, {b}, site); }

void Mma3xTf32(float d[4], const uint32_t a_big[4], const uint32_t a_small[4], const uint32_t b_big[2], const uint32_t b_small[2],
               Site site) {
  Multiply<2>(d, {a_big, a_small}, {b_big, b_small}, site);
}

}  // namespace emulator
}  // namespace unroll
