// Activations of a vector at a time. Included once a target by kernels_inl.h.
namespace unroll {
namespace UNROLL_TARGET {

// Of 2^(x · factor), of which the absolute value is ≤ 126, as 2^n·(1 + rest). The polynomial is (2^f − 1)/f on |f| ≤ 1/2 to 1.1e-8, by
// Lawson's weighted least squares.
template <int K>
struct Power {
  Vec n[K];     // for Scale
  Vec rest[K];  // keeps its digits near 0

  [[gnu::always_inline]] inline Power(const Vec (&x)[K], float factor) {
    Vec f[K], p[K];
    UNROLL_EACH Split(x[k], Splat(factor), &n[k], &f[k]);
    UNROLL_EACH p[k] = Splat(1.54035122e-4f) * f[k] + Splat(1.33907353e-3f);
    UNROLL_EACH p[k] = p[k] * f[k] + Splat(9.61823761e-3f);
    UNROLL_EACH p[k] = p[k] * f[k] + Splat(5.55035733e-2f);
    UNROLL_EACH p[k] = p[k] * f[k] + Splat(2.40226492e-1f);
    UNROLL_EACH p[k] = p[k] * f[k] + Splat(6.93147182e-1f);
    UNROLL_EACH rest[k] = p[k] * f[k];
  }
};

constexpr float kLog2E = 1.44269504088896341f;

// Each x to what lies within ±limit, and NaN to itself.
template <int K>
[[gnu::always_inline]] inline void Clamp(Vec (&x)[K], float limit) {
  UNROLL_EACH x[k] = Least(Most(x[k], Splat(-limit)), Splat(limit));
}

// 1/(1 + e^−x); where float ends, at |x| > 87, it stays at its value there.
template <int K>
[[gnu::always_inline]] inline void Sigmoids(Vec (&x)[K]) {
  const Vec one = Splat(1.0f);
  Clamp(x, 126 / kLog2E);
  const Power<K> e(x, -kLog2E);
  UNROLL_EACH x[k] = one + Scale(one + e.rest[k], e.n[k]);
  Invert(x);
}

// E/(E + 2) with E = e^2x − 1, which keeps its digits near 0. From 10 on tanh is 1 in float.
template <int K>
[[gnu::always_inline]] inline void Tanhs(Vec (&x)[K]) {
  const Vec one = Splat(1.0f);
  Clamp(x, 14.5f / kLog2E);
  const Power<K> e(x, 2 * kLog2E);
  Vec minus[K];
  UNROLL_EACH x[k] = Scale(one, e.n[k]);
  UNROLL_EACH minus[k] = x[k] * e.rest[k] + (x[k] - one);
  UNROLL_EACH x[k] = minus[k] + Splat(2.0f);
  Invert(x);
  UNROLL_EACH x[k] = minus[k] * x[k];
}

inline Vec Sigmoid(Vec x) {
  Vec v[1] = {x};
  Sigmoids(v);
  return v[0];
}
inline Vec Tanh(Vec x) {
  Vec v[1] = {x};
  Tanhs(v);
  return v[0];
}

inline Vec Relu(Vec x) { return x < Vec{} ? Vec{} : x; }
inline Vec Clip01(Vec x) { return Least(Most(x, Vec{}), Splat(1.0f)); }
inline Vec HardSigmoid(Vec x) { return Clip01(x * Splat(1.0f / 6.0f) + Splat(0.5f)); }
inline Vec HardSigmoidKeras2(Vec x) { return Clip01(x * Splat(0.2f) + Splat(0.5f)); }

// The rest, a number at a time in double.
[[gnu::noinline]] inline Vec OneByOne(Activation activation, Vec x) {
  for (int k = 0; k < kLanes; ++k) x[k] = static_cast<float>(ScalarActivation(activation, x[k]));
  return x;
}

inline Vec Apply(Activation activation, Vec x) {
  switch (activation) {
    case Activation::kLinear:
      return x;
    case Activation::kTanh:
      return Tanh(x);
    case Activation::kSigmoid:
      return Sigmoid(x);
    case Activation::kRelu:
      return Relu(x);
    case Activation::kHardSigmoid:
      return HardSigmoid(x);
    case Activation::kHardSigmoidKeras2:
      return HardSigmoidKeras2(x);
    default:
      return OneByOne(activation, x);
  }
}

// v[n], in place; a short tail goes through the same code, so that a value does not depend on its place.
inline void Activate(Activation activation, float* v, int64_t n) {
  if (activation == Activation::kLinear) return;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) Store(v + i, Apply(activation, Load(v + i)));
  if (i == n) return;
  float tail[kLanes] = {};
  std::memcpy(tail, v + i, (n - i) * sizeof(float));
  StoreFirst(v + i, Apply(activation, Load(tail)), n - i);
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
