// A vector of floats, and the few instructions that a compiler does not find by itself. Included once a target by kernels_inl.h.
#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace unroll {
namespace UNROLL_TARGET {

constexpr int kLanes = UNROLL_LANES;
// Sums that the registers hold beside what is multiplied.
constexpr int kSums = UNROLL_SUMS;
// Steps of a product that stand in a loop, and lines that are read ahead meanwhile.
constexpr int kStepsAtOnce = UNROLL_STEPS, kLinesAtOnce = (UNROLL_STEPS + 3) / 4;

// Several vectors go through each step side by side: one is a chain of twenty instructions that wait for each other, and a processor
// does not look far enough ahead to find the next one by itself.
#define UNROLL_EACH _Pragma("GCC unroll 8") for (int k = 0; k < K; ++k)

typedef float Vec __attribute__((vector_size(4 * UNROLL_LANES)));
typedef int32_t IVec __attribute__((vector_size(4 * UNROLL_LANES)));
// As it lies among floats. A load is a reference: a copy by memcpy goes through the stack with some compilers.
typedef float LooseVec __attribute__((vector_size(4 * UNROLL_LANES), aligned(4), may_alias));

inline Vec Load(const float* p) { return *reinterpret_cast<const LooseVec*>(p); }
inline void Store(float* p, Vec v) { *reinterpret_cast<LooseVec*>(p) = v; }
inline Vec Splat(float x) { return x - Vec{}; }
// A value that is used several times: GCC would load it anew for each, and loads are what a product has least of. And one that is rounded
// before it is used: of a product that is no more to be seen, a compiler can't make an FMA with what is added to it.
[[gnu::always_inline]] inline Vec InRegister(Vec v) {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
  return v;
}
// A number that the compiler can't reckon with: multiples of it are no pointers that it could move along.
[[gnu::always_inline]] inline int64_t Opaque(int64_t n) {
  asm("" : "+r"(n));
  return n;
}
// sum += x · w, rounded once where the target can: whether a compiler does so with `+` depends on what stands around. And an instruction
// that leaves x and w as they are: GCC would turn sums and factors round among its registers, with a move for each time.
[[gnu::always_inline]] inline void AddProduct(Vec& sum, Vec x, Vec w) {
#if defined(__FMA__)
  asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
#elif defined(__aarch64__)
  sum = (Vec)vfmaq_f32((float32x4_t)sum, (float32x4_t)x, (float32x4_t)w);
#else
  sum += x * w;
#endif
}
// The same with a vector that is used once, and so needs no register.
[[gnu::always_inline]] inline void AddProduct(Vec& sum, Vec x, const float* w) {
#if defined(__FMA__)
  asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "m"(*reinterpret_cast<const LooseVec*>(w)));
#else
  AddProduct(sum, x, Load(w));
#endif
}

#if defined(__AVX512F__)

inline void StoreFirst(float* p, Vec v, int64_t n) {
  if (n >= kLanes) return Store(p, v);
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
}
// Both keep a NaN of the first.
inline Vec Least(Vec x, Vec limit) { return (Vec)_mm512_min_ps((__m512)limit, (__m512)x); }
inline Vec Most(Vec x, Vec limit) { return (Vec)_mm512_max_ps((__m512)limit, (__m512)x); }
// x · factor, rounded to a whole number n, and what is left of it, for |n| ≤ 126. The n is one that Scale understands.
inline void Split(Vec x, Vec factor, Vec* n, Vec* rest) {
  *n = (Vec)_mm512_roundscale_ps((__m512)(x * factor), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  *rest = x * factor - *n;
}
// p · 2^n
inline Vec Scale(Vec p, Vec n) { return (Vec)_mm512_scalef_ps((__m512)p, (__m512)n); }
// Each x to 1/x to about 1 ulp, for a normal x with a normal inverse: a third of the time of a division.
template <int K>
[[gnu::always_inline]] inline void Invert(Vec (&x)[K]) {
  Vec guess[K];
  UNROLL_EACH guess[k] = (Vec)_mm512_rcp14_ps((__m512)x[k]);
  UNROLL_EACH x[k] = Splat(1.0f) - x[k] * guess[k];
  UNROLL_EACH x[k] = guess[k] + guess[k] * x[k];
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
// As with AVX-512. Adding 1.5 · 2^23 rounds to a whole number, which then stands in the lowest bits; with 127 in it as well, these are the
// exponent of 2^n as soon as they stand where exponents do. What comes of a NaN is multiplied with one.
inline void Split(Vec x, Vec factor, Vec* n, Vec* rest) {
  const Vec magic = Splat(12582912.0f + 127);
  *n = x * factor + magic;
  *rest = x * factor - (*n - magic);
}
inline Vec Scale(Vec p, Vec n) { return p * (Vec)((IVec)n << 23); }
#if defined(__AVX2__)
// As with AVX-512, from a guess of 12 bits: its error e, which is known, enters as 1 + e + e².
template <int K>
[[gnu::always_inline]] inline void Invert(Vec (&x)[K]) {
  Vec guess[K];
  UNROLL_EACH guess[k] = (Vec)_mm256_rcp_ps((__m256)x[k]);
  UNROLL_EACH x[k] = Splat(1.0f) - x[k] * guess[k];
  UNROLL_EACH x[k] = x[k] + x[k] * x[k];
  UNROLL_EACH x[k] = guess[k] + guess[k] * x[k];
}
#else
template <int K>
inline void Invert(Vec (&x)[K]) {
  UNROLL_EACH x[k] = 1.0f / x[k];
}
#endif

#endif

}  // namespace UNROLL_TARGET
}  // namespace unroll
