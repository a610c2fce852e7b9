// The CPU kernels, written once; each target_*.cc includes this with its vector length and gives the namespace its name.
// No include guard: it is meant to be compiled once a target. Needs: UNROLL_TARGET, UNROLL_LANES, UNROLL_ROWS.
#include <cstdint>
#include <cstring>

#include "native/core/backend.h"
#include "native/kernels/cpu/activation_scalar.h"

namespace unroll {
namespace UNROLL_TARGET {

constexpr int kLanes = UNROLL_LANES;
// Vectors of a panel, and rows of a tile: kRows × kVectors accumulators fit the registers.
constexpr int kVectors = 4;
constexpr int kRows = UNROLL_ROWS;
constexpr int kWidth = kLanes * kVectors;

typedef float Vec __attribute__((vector_size(4 * UNROLL_LANES), aligned(4)));
typedef int32_t IVec __attribute__((vector_size(4 * UNROLL_LANES), aligned(4)));

inline Vec Load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void Store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }
inline Vec Splat(float x) { return x - Vec{}; }

// One tile: c[M × kWidth] (+)= a[M × rows] · panel[rows × kWidth]; `columns` of it are real.
template <int M>
void Tile(const float* a, int64_t lda, int64_t rows, const float* panel, float* c, int64_t ldc, int64_t columns, bool accumulate) {
  Vec sum[M][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) sum[i][j] = Vec{};
  for (int64_t k = 0; k < rows; ++k, panel += kWidth) {
    Vec b[kVectors];
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) b[j] = Load(panel + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      const Vec x = Splat(a[i * lda + k]);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) sum[i][j] += x * b[j];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < M; ++i) {
    float* row = c + i * ldc;
    if (columns == kWidth) {
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) Store(row + j * kLanes, accumulate ? Load(row + j * kLanes) + sum[i][j] : sum[i][j]);
    } else {
      float tail[kWidth];
      std::memcpy(tail, sum[i], sizeof tail);
      for (int64_t j = 0; j < columns; ++j) row[j] = accumulate ? row[j] + tail[j] : tail[j];
    }
  }
}

using TileFunction = void (*)(const float*, int64_t, int64_t, const float*, float*, int64_t, int64_t, bool);

// a: [m, b.rows]; c: [m, b.columns]; a row's result does not depend on the rows beside it.
void Gemm(const float* a, int64_t lda, int64_t m, const PackedMatrix& b, float* c, int64_t ldc, bool accumulate) {
  static constexpr TileFunction kTiles[] = {nullptr, Tile<1>, Tile<2>, Tile<3>, Tile<4>, Tile<5>, Tile<6>};
  for (int64_t column = 0, panel = 0; column < b.columns; column += kWidth, ++panel) {
    const float* data = b.data.data() + panel * b.rows * kWidth;
    const int64_t columns = b.columns - column < kWidth ? b.columns - column : kWidth;
    for (int64_t row = 0; row < m; row += kRows) {
      const int64_t rows = m - row < kRows ? m - row : kRows;
      kTiles[rows](a + row * lda, lda, b.rows, data, c + row * ldc + column, ldc, columns, accumulate);
    }
  }
}

// e^x for x ≤ 0 to about 1 ulp (Cephes expf): 2^n · p(r), r = x − n·ln 2. Below −87 it stays at e^−87.
inline Vec ExpNegative(Vec x) {
  x = x < Splat(-87.0f) ? Splat(-87.0f) : x;
  const Vec magic = Splat(12582912.0f);  // 1.5 · 2^23: adding it rounds to an integer
  const Vec n = (x * Splat(1.44269504088896341f) + magic) - magic;
  const Vec r = (x - n * Splat(0.693359375f)) + n * Splat(2.12194440e-4f);
  Vec p = Splat(1.9875691500e-4f);
  p = p * r + Splat(1.3981999507e-3f);
  p = p * r + Splat(8.3334519073e-3f);
  p = p * r + Splat(4.1665795894e-2f);
  p = p * r + Splat(1.6666665459e-1f);
  p = p * r + Splat(5.0000001201e-1f);
  p = p * (r * r) + r + Splat(1.0f);
  // NaN would be no integer; its p is NaN whatever the power.
  const Vec whole = n == n ? n : Vec{};
  const IVec bits = (__builtin_convertvector(whole, IVec) + 127) << 23;
  Vec power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

inline Vec Absolute(Vec x) { return x < Vec{} ? -x : x; }

// 1/(1 + e^−x), by e^−|x| so that nothing overflows.
inline Vec Sigmoid(Vec x) {
  const Vec e = ExpNegative(-Absolute(x));
  const Vec one = Splat(1.0f);
  return (x < Vec{} ? e : one) / (one + e);
}

// Near 0 an odd polynomial (Cephes tanhf), beyond (1 − e^−2|x|)/(1 + e^−2|x|).
inline Vec Tanh(Vec x) {
  const Vec one = Splat(1.0f);
  const Vec size = Absolute(x);
  const Vec z = x * x;
  Vec p = Splat(-5.70498872745e-3f);
  p = p * z + Splat(2.06390887954e-2f);
  p = p * z - Splat(5.37397155531e-2f);
  p = p * z + Splat(1.33314422036e-1f);
  p = p * z - Splat(3.33332819422e-1f);
  const Vec near = x + x * z * p;
  const Vec e = ExpNegative(size * Splat(-2.0f));
  const Vec far = one - (e + e) / (one + e);
  return size < Splat(0.625f) ? near : (x < Vec{} ? -far : far);
}

inline Vec Relu(Vec x) { return x < Vec{} ? Vec{} : x; }
inline Vec Clip01(Vec x) {
  const Vec low = x < Vec{} ? Vec{} : x;
  return low > Splat(1.0f) ? Splat(1.0f) : low;
}
inline Vec HardSigmoid(Vec x) { return Clip01(x * Splat(1.0f / 6.0f) + Splat(0.5f)); }
inline Vec HardSigmoidKeras2(Vec x) { return Clip01(x * Splat(0.2f) + Splat(0.5f)); }

// v[n], in place; a short tail goes through the same code, so that a value does not depend on its place.
template <Vec (*F)(Vec)>
void Map(float* v, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(v + i, F(Load(v + i)));
  if (i < n) {
    float tail[kLanes] = {};
    std::memcpy(tail, v + i, (n - i) * sizeof(float));
    Store(tail, F(Load(tail)));
    std::memcpy(v + i, tail, (n - i) * sizeof(float));
  }
}

void Activate(Activation activation, float* v, int64_t n) {
  switch (activation) {
    case Activation::kLinear:
      return;
    case Activation::kTanh:
      return Map<Tanh>(v, n);
    case Activation::kSigmoid:
      return Map<Sigmoid>(v, n);
    case Activation::kRelu:
      return Map<Relu>(v, n);
    case Activation::kHardSigmoid:
      return Map<HardSigmoid>(v, n);
    case Activation::kHardSigmoidKeras2:
      return Map<HardSigmoidKeras2>(v, n);
    default:
      for (int64_t i = 0; i < n; ++i) v[i] = static_cast<float>(ScalarActivation(activation, v[i]));
  }
}

void LstmCell(const float* i, const float* f, const float* g, float* c, int64_t n) {
  for (int64_t k = 0; k < n; ++k) c[k] = f[k] * c[k] + i[k] * g[k];
}

void GruState(const float* z, const float* candidate, float* h, int64_t n) {
  for (int64_t k = 0; k < n; ++k) h[k] = z[k] * h[k] + (1.0f - z[k]) * candidate[k];
}

extern const Kernels kKernels;
#define UNROLL_STRING_(x) #x
#define UNROLL_STRING(x) UNROLL_STRING_(x)
const Kernels kKernels = {UNROLL_STRING(UNROLL_TARGET), kWidth, Gemm, Activate, LstmCell, GruState};

}  // namespace UNROLL_TARGET
}  // namespace unroll
