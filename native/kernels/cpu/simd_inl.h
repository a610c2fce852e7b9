// A vector of floats, and the few instructions that a compiler does not find by itself. Included once a target by kernels_inl.h.
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace unroll {
namespace UNROLL_TARGET {

constexpr int kLanes = UNROLL_LANES;
// Sums that the registers hold beside what is multiplied.
constexpr int kSums = UNROLL_SUMS;

typedef float Vec __attribute__((vector_size(4 * UNROLL_LANES)));
typedef int32_t IVec __attribute__((vector_size(4 * UNROLL_LANES)));
// As it lies among floats. A load is a reference: a copy by memcpy goes through the stack with some compilers.
typedef float LooseVec __attribute__((vector_size(4 * UNROLL_LANES), aligned(4), may_alias));

inline Vec Load(const float* p) { return *reinterpret_cast<const LooseVec*>(p); }
inline void Store(float* p, Vec v) { *reinterpret_cast<LooseVec*>(p) = v; }
inline Vec Splat(float x) { return x - Vec{}; }

#if defined(__AVX512F__)

inline void StoreFirst(float* p, Vec v, int64_t n) {
  if (n >= kLanes) return Store(p, v);
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
}
// Both keep a NaN of the first.
inline Vec Least(Vec x, Vec limit) { return (Vec)_mm512_min_ps((__m512)limit, (__m512)x); }
inline Vec Most(Vec x, Vec limit) { return (Vec)_mm512_max_ps((__m512)limit, (__m512)x); }
inline Vec Round(Vec x) { return (Vec)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// p · 2^n for a whole n.
inline Vec Scale(Vec p, Vec n) { return (Vec)_mm512_scalef_ps((__m512)p, (__m512)n); }
// 1/x to about 1 ulp, for a normal x with a normal inverse: a third of the time of a division.
inline Vec Inverse(Vec x) {
  const Vec guess = (Vec)_mm512_rcp14_ps((__m512)x);
  return guess + guess * (Splat(1.0f) - x * guess);
}

#else

inline void StoreFirst(float* p, Vec v, int64_t n) {
  if (n >= kLanes) return Store(p, v);
  for (int64_t k = 0; k < n; ++k) p[k] = v[k];
}
#if defined(__AVX2__)
inline Vec Least(Vec x, Vec limit) { return (Vec)_mm256_min_ps((__m256)limit, (__m256)x); }
inline Vec Most(Vec x, Vec limit) { return (Vec)_mm256_max_ps((__m256)limit, (__m256)x); }
#else
inline Vec Least(Vec x, Vec limit) { return x > limit ? limit : x; }
inline Vec Most(Vec x, Vec limit) { return x < limit ? limit : x; }
#endif
// For |x| < 2^22.
inline Vec Round(Vec x) {
  const Vec magic = Splat(12582912.0f);  // 1.5 · 2^23: adding it rounds to a whole number
  return (x + magic) - magic;
}
inline Vec Scale(Vec p, Vec n) {
  // NaN would be no whole number; its p is NaN whatever the power.
  const Vec whole = n == n ? n : Vec{};
  const IVec bits = (__builtin_convertvector(whole, IVec) + 127) << 23;
  return p * (Vec)bits;
}
inline Vec Inverse(Vec x) { return 1.0f / x; }

#endif

}  // namespace UNROLL_TARGET
}  // namespace unroll
