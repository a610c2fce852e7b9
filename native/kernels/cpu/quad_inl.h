// Layers of at most four units: a vector has the four of several rows, lane 4·row + unit. Included once a target by kernels_inl.h.
//
// With a row a vector most lanes would be empty, and an activation takes as long as with all of them. States lie as [rows, 4], so a
// vector of a group of rows is read as it lies; a factor of each row is spread over its four lanes by one instruction.
namespace unroll {
namespace UNROLL_TARGET {

// Rows of a vector.
constexpr int kQuads = kLanes / 4;

// Lane K of every quad, in all four of its lanes.
#if defined(__AVX512F__)
template <int K>
inline Vec SpreadOf(Vec v) {
  return (Vec)_mm512_permute_ps((__m512)v, K * 0x55);
}
#elif defined(__AVX2__)
template <int K>
inline Vec SpreadOf(Vec v) {
  return (Vec)_mm256_permute_ps((__m256)v, K * 0x55);
}
#else
template <int K>
inline Vec SpreadOf(Vec v) {
  return Splat(v[K]);
}
#endif

// n ≤ 4 floats of each row of a group, zeros behind them; row q at rows[q]. Not by way of memory: a load of what was just stored in
// pieces waits for all of them.
inline Vec Gather(const float* const (&rows)[kQuads], int64_t at, int64_t n) {
#if defined(__AVX512F__)
  const auto quad = [&](int q) { return _mm_maskz_loadu_ps(static_cast<__mmask8>((1u << n) - 1), rows[q] + at); };
  __m512 all = _mm512_castps128_ps512(quad(0));
  all = _mm512_insertf32x4(all, quad(1), 1);
  all = _mm512_insertf32x4(all, quad(2), 2);
  return (Vec)_mm512_insertf32x4(all, quad(3), 3);
#elif defined(__AVX2__)
  const __m128i lanes = _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(n)), _mm_setr_epi32(0, 1, 2, 3));
  const auto quad = [&](int q) { return _mm_maskload_ps(rows[q] + at, lanes); };
  return (Vec)_mm256_insertf128_ps(_mm256_castps128_ps256(quad(0)), quad(1), 1);
#else
  if (n == 4) return Load(rows[0] + at);
  Vec quad{};
  for (int64_t k = 0; k < n; ++k) quad[k] = rows[0][at + k];
  return quad;
#endif
}

// Quad q to p, its first n floats.
inline void StoreQuad(float* p, const float* quads, int64_t q, int64_t n) {
  for (int64_t k = 0; k < n; ++k) p[k] = quads[4 * q + k];
}

// sum += the n features in x, one after the other, with rows k … k + n of the panel.
template <int V>
[[gnu::always_inline]] inline void AddQuad(Vec (&sum)[V], Vec x, const float* panel, int64_t n) {
  const auto add = [&](Vec factor, int64_t k) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[v] += factor * Load(panel + (k * V + v) * kLanes);
  };
  add(SpreadOf<0>(x), 0);
  if (n > 1) add(SpreadOf<1>(x), 1);
  if (n > 2) add(SpreadOf<2>(x), 2);
  if (n > 3) add(SpreadOf<3>(x), 3);
}

inline int64_t Groups(int64_t rows) { return (rows + kQuads - 1) / kQuads; }

template <int V>
void ProjectQuadsOf(const Projection& p) {
  const int64_t groups = Groups(p.rows), features = p.matrix->rows;
  for (int64_t s = 0; s < p.steps; ++s) {
    for (int64_t group = 0; group < groups; ++group) {
      const float* rows[kQuads];
      // Beyond the last row, the last one again: what comes of it is never read.
      for (int q = 0; q < kQuads; ++q) {
        const int64_t row = group * kQuads + q < p.rows ? group * kQuads + q : p.rows - 1;
        rows[q] = p.x + s * p.step_stride + row * p.row_stride;
      }
      Vec sum[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[v] = Load(p.bias + v * kLanes);
      for (int64_t k = 0; k < features; k += 4) {
        const int64_t n = features - k < 4 ? features - k : 4;
        AddQuad<V>(sum, Gather(rows, k, n), p.matrix->panel(0) + k * V * kLanes, n);
      }
      float* to = p.out + (s * groups + group) * V * kLanes;
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) Store(to + v * kLanes, sum[v]);
    }
  }
}

inline void ProjectQuads(const Projection& p) {
  switch (p.matrix->width / kLanes) {
    case 1:
      return ProjectQuadsOf<1>(p);
    case 3:
      return ProjectQuadsOf<3>(p);
    default:
      return ProjectQuadsOf<4>(p);
  }
}

// A step of a group of rows. at: its first float in a state.
template <class Activations>
struct QuadStep {
  const CellStep& s;
  const Activations activations;

  // What the group's rows that do not count keep: in their lanes the old value.
  [[gnu::always_inline]] inline Vec Kept(int64_t group, Vec now, Vec before) const {
    if (s.counts == nullptr) return now;
    alignas(sizeof(Vec)) float mixed[kLanes], old[kLanes];
    Store(mixed, now);
    Store(old, before);
    for (int64_t q = 0; q < kQuads && group * kQuads + q < s.rows; ++q) {
      if (s.counts[(group * kQuads + q) * s.counts_stride] == 0) std::memcpy(mixed + 4 * q, old + 4 * q, 16);
    }
    return Load(mixed);
  }
  // Of the rows that count, to their own places.
  [[gnu::always_inline]] inline void Scatter(int64_t group, Vec value, float* to, int64_t stride) const {
    alignas(sizeof(Vec)) float quads[kLanes];
    Store(quads, value);
    for (int64_t q = 0; q < kQuads && group * kQuads + q < s.rows; ++q) {
      const int64_t row = group * kQuads + q;
      if (s.counts != nullptr && s.counts[row * s.counts_stride] == 0) continue;
      StoreQuad(to + row * stride, quads, q, s.cell->units);
    }
  }
  template <int N>
  [[gnu::always_inline]] inline void Finish(int64_t group, Vec h, const Vec (&values)[N]) const {
    const int64_t at = group * kLanes;
    Store(s.h_next + at, Kept(group, h, Load(s.h + at)));
    if (s.out != nullptr) Scatter(group, h, s.out, s.out_stride);
    for (int k = 0; s.traced && k < N; ++k) Scatter(group, values[k], s.traces[k], s.trace_stride);
  }
  template <int V>
  [[gnu::always_inline]] inline void Start(int64_t group, Vec (&sum)[V]) const {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[v] = Load(s.projected + (group * V + v) * kLanes);
  }

  void SimpleRnn(int64_t group) const {
    Vec sum[1];
    Start(group, sum);
    AddQuad<1>(sum, Load(s.h + group * kLanes), s.cell->recurrent.panel(0), s.cell->units);
    const Vec h = activations.Inner(sum[0]);
    Finish(group, h, {h});
  }

  void Lstm(int64_t group) const {
    Vec sum[4];
    Start(group, sum);
    AddQuad<4>(sum, Load(s.h + group * kLanes), s.cell->recurrent.panel(0), s.cell->units);
    Vec gates[3] = {sum[0], sum[1], sum[3]};
    activations.Gate(gates);
    const Vec i = gates[0], f = gates[1], g = activations.Inner(sum[2]), o = gates[2];
    float* state = s.c + group * kLanes;
    const Vec before = Load(state);
    const Vec c = f * before + i * g;
    const Vec h = o * activations.Inner(c);
    Store(state, Kept(group, c, before));
    Finish(group, h, {h, c, i, f, g, o});
  }

  void Gru(int64_t group) const {
    Vec x[3], sum[3];
    Start(group, x);
#pragma GCC unroll 8
    for (int v = 0; v < 3; ++v) sum[v] = Load(s.cell->recurrent_bias.data() + v * kLanes);
    const Vec before = Load(s.h + group * kLanes);
    AddQuad<3>(sum, before, s.cell->recurrent.panel(0), s.cell->units);
    Vec gates[2] = {x[0] + sum[0], x[1] + sum[1]};
    activations.Gate(gates);
    const Vec z = gates[0], r = gates[1];
    const Vec candidate = activations.Inner(x[2] + r * sum[2]);
    const Vec h = z * before + (Splat(1.0f) - z) * candidate;
    Finish(group, h, {h, z, r, candidate});
  }

  // Without reset_after; all units are here, so that nothing waits for other panels.
  void GruBefore(int64_t group) const {
    Vec x[3];
    Start(group, x);
    const Vec before = Load(s.h + group * kLanes);
    Vec gates[2] = {x[0], x[1]}, sum[1] = {x[2]};
    AddQuad<2>(gates, before, s.cell->recurrent.panel(0), s.cell->units);
    activations.Gate(gates);
    const Vec z = gates[0], r = gates[1];
    AddQuad<1>(sum, r * before, s.cell->candidate.panel(0), s.cell->units);
    const Vec candidate = activations.Inner(sum[0]);
    const Vec h = z * before + (Splat(1.0f) - z) * candidate;
    Finish(group, h, {h, z, r, candidate});
  }
};

template <class Activations>
void StepQuadsWith(const CellStep& s) {
  const QuadStep<Activations> step{s, Activations(*s.spec)};
  const int64_t groups = Groups(s.rows);
  for (int64_t group = 0; group < groups; ++group) {
    switch (s.spec->cell) {
      case Cell::kSimpleRnn:
        step.SimpleRnn(group);
        break;
      case Cell::kLstm:
        step.Lstm(group);
        break;
      case Cell::kGru:
        s.spec->reset_after ? step.Gru(group) : step.GruBefore(group);
        break;
    }
  }
}

inline void StepQuads(const CellStep& s) {
  if (Usual(*s.spec)) return StepQuadsWith<UsualActivations>(s);
  StepQuadsWith<AnyActivations>(s);
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
