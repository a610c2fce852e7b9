// The product of rows with panels of weights: what is done with the sums is said by a Job. Included once a target by kernels_inl.h.
//
// A Job has `Start(panel, row)`, which says where the sums of the rows from `row` on begin, and `Finish<M>(panel, row, sums)`, which takes
// those of M rows: together, because an activation is a long chain of instructions, and only others beside it keep the processor busy.
// `ReadAhead<M>(panel, row)` comes some time before that.
// Every sum is taken in the order of the columns of `a`, whatever rows stand beside it: a row's result depends on that row alone, to the
// last bit.
namespace unroll {
namespace UNROLL_TARGET {

// Rows of a tile for panels of V vectors.
constexpr int RowsOf(int v) { return kSums / v < 8 ? kSums / v : 8; }
// Where the registers hold fewer rows of whole panels than a panel has vectors (three of four, with AVX2), twice as many rows with one
// half of the panel after the other read the weights half as often, and sixteen rows leave no tile of one or two.
constexpr bool ByHalves(int v) { return v % 2 == 0 && RowsOf(v) < v; }
constexpr int MostRows(int v) { return ByHalves(v) ? RowsOf(v / 2) : RowsOf(v); }
// Vectors that lie side by side in a row of a panel. A panel by halves has the rows of one half behind those of the other: with both in a
// row, a half would use every second line only, and so every second set of the first cache.
constexpr int PartOf(int v) { return ByHalves(v) ? v / 2 : v; }
// Panels that a single row takes at once: one FMA waits four cycles for another, so eight sums keep both units busy.
constexpr int PanelsOf(int v) { return 8 / v; }
// Floats of a cache line.
constexpr int kLine = 16;

// Row i of `a` begins at a + outer·outer_stride + inner·inner_stride, i = outer·inners + inner.
struct RowsOfA {
  const float* a;
  int64_t outers, outer_stride, inners, inner_stride;
};

// Sums of row m at `at` + m·stride.
struct SumsFrom {
  const float* at;
  int64_t stride;
};

// A product whose sums another one goes on with: x·K, before h·R. Row m at a + m·lda.
struct Input {
  const float* a;
  int64_t lda;
  const PackedMatrix* matrix;
};

// M rows of `a` with V of a panel's vectors. A second product may go on with the sums of the first.
struct Factors {
  const float* a;
  int64_t lda;
  // Rows of PartOf(V) vectors, those of the other part behind them.
  const float* b;
  int64_t depth;
  // What is to be in the second cache later: a panel comes from the third one or from memory while the one before it is computed, where its
  // first tile would else wait for it.
  const float* ahead;
  const Factors* then;  // or null
};

// Lines of `ahead` that a pass over so many rows of weights fetches.
constexpr int64_t LinesAhead(int64_t depth) { return depth / kStepsAtOnce * kLinesAtOnce; }

// Of a row of weights vector v, which lies in part v / PartOf(V); parts lie `behind` each other.
template <int V>
[[gnu::always_inline]] inline const float* WeightOf(const float* row, int64_t behind, int v) {
  return row + v / PartOf(V) * behind + v % PartOf(V) * kLanes;
}

// Rows of `a`: a pointer for every third one, and the bytes between two.
template <int M>
struct RowPointers {
  const float* third[(M + 2) / 3];
  int64_t bytes;

  [[gnu::always_inline]] inline Vec Number(int m, int column) const {
    const char* const row = reinterpret_cast<const char*>(third[m / 3]) + m % 3 * bytes;
    return Splat(reinterpret_cast<const float*>(row)[column]);
  }
};

// Column `column` of `a` with a row of weights of panels of V vectors, of which W are taken.
template <int V, int M, int W>
[[gnu::always_inline]] inline void MultiplyAddStep(Vec (&sum)[M][W], const RowPointers<M>& a, int column, const float* b, int64_t behind) {
  // The fewer of the two stay in registers: 3 · 4 sums, 3 numbers and one vector are all sixteen of AVX2.
  if constexpr (M < W) {
    Vec x[M];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) x[m] = a.Number(m, column);
#pragma GCC unroll 8
    for (int v = 0; v < W; ++v) {
      const Vec w = InRegister(Load(WeightOf<V>(b, behind, v)));
#pragma GCC unroll 8
      for (int m = 0; m < M; ++m) AddProduct(sum[m][v], x[m], w);
    }
  } else {
    Vec w[W];
#pragma GCC unroll 8
    for (int v = 0; v < W; ++v) w[v] = InRegister(Load(WeightOf<V>(b, behind, v)));
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const Vec x = a.Number(m, column);
#pragma GCC unroll 8
      for (int v = 0; v < W; ++v) AddProduct(sum[m][v], x, w[v]);
    }
  }
}

// to[m] = from[m] + the products. A function of its own, once for all jobs: among the instructions of an activation GCC would keep some of
// the sums in memory. It does so, too, for sums to which a lambda refers by way of another one.
//
// Where another program computes in the core's other thread, instructions are what is short: so several steps stand in a loop, and rows of
// `a` are found by an index from every third one instead of by a pointer each.
template <int M, int V>
[[gnu::noinline]] void MultiplyAdd(const Factors& factors, SumsFrom from, Vec (*to)[V]) {
  // Few rows leave registers for all parts at once; else a part comes after the other.
  constexpr int kPart = PartOf(V), kRow = kPart * kLanes, kAtOnce = M <= RowsOf(V) ? V : kPart;
#pragma GCC unroll 1
  for (int first = 0; first < V; first += kAtOnce) {
    Vec sum[M][kAtOnce];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < kAtOnce; ++v) sum[m][v] = Load(from.at + m * from.stride + (first + v) * kLanes);
    }
    for (const Factors* f = &factors; f != nullptr; f = f->then) {
      const int64_t behind = f->depth * kRow;
      const float *b = f->b + first / kPart * behind, *ahead = f->ahead + first / kAtOnce * LinesAhead(f->depth) * kLine;
      RowPointers<M> rows;
      rows.bytes = f->lda * static_cast<int64_t>(sizeof(float));
#pragma GCC unroll 8
      for (int m = 0; m < M; m += 3) rows.third[m / 3] = f->a + m * f->lda;
      for (int64_t left = f->depth / kStepsAtOnce; left > 0; --left) {
        rows.bytes = Opaque(rows.bytes);
#pragma GCC unroll 8
        for (int i = 0; i < kLinesAtOnce; ++i, ahead += kLine) __builtin_prefetch(ahead, 0, 2);
          // Once a line: each costs as much as a load. Where several steps stand in the loop, they cost more than they bring.
#pragma GCC unroll 8
        for (int v = 0; kStepsAtOnce == 1 && v < kAtOnce; v += kLine / kLanes) __builtin_prefetch(WeightOf<V>(b, behind, v) + 16 * kRow);
#pragma GCC unroll 8
        for (int i = 0; i < kStepsAtOnce; ++i) MultiplyAddStep<V>(sum, rows, i, b + i * kRow, behind);
        b += kStepsAtOnce * kRow;
#pragma GCC unroll 8
        for (const float*& row : rows.third) row += kStepsAtOnce;
      }
#pragma GCC unroll 1
      for (int64_t left = f->depth % kStepsAtOnce; left > 0; --left) {
        MultiplyAddStep<V>(sum, rows, 0, b, behind);
        b += kRow;
#pragma GCC unroll 8
        for (const float*& row : rows.third) ++row;
      }
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < kAtOnce; ++v) to[m][first + v] = sum[m][v];
    }
  }
}

// M rows with a panel of V vectors.
template <int V, int M, class Job>
void Tile(const Job& job, const Factors& factors, int64_t panel, int64_t row) {
  Vec sums[M][V];
  job.template ReadAhead<M>(panel, row);
  MultiplyAdd<M, V>(factors, job.Start(panel, row), sums);
  job.template Finish<M>(panel, row, sums);
}

template <int V, class Job>
using TileFunction = void (*)(const Job&, const Factors&, int64_t, int64_t);

// For 1 to MostRows(V) rows.
template <int V, class Job>
inline TileFunction<V, Job> TileOf(int64_t rows) {
  constexpr int kMost = MostRows(V);
  static constexpr TileFunction<V, Job> kTiles[] = {
      Tile<V, 1, Job>,
      Tile<V, 2, Job>,
      Tile<V, 3, Job>,
      Tile < V,
      kMost < 4 ? kMost : 4,
      Job >,
      Tile < V,
      kMost < 5 ? kMost : 5,
      Job >
      , Tile < V, kMost < 6 ? kMost : 6, Job >, Tile < V, kMost < 7 ? kMost : 7, Job >, Tile<V, kMost, Job>,
  };
  return kTiles[rows - 1];
}

// One row with N panels at once, which lie behind each other, or with next −1 before each other.
template <int V, int N, class Job>
void OneRow(const Job& job, const float* a, const PackedMatrix& matrix, int64_t panel, int64_t next) {
  constexpr int kPart = PartOf(V);
  const int64_t behind = matrix.rows * kPart * kLanes;
  Vec sum[N][1][V];
  const float* b[N];
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) {
    const float* from = job.Start(panel + n * next, 0).at;
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[n][0][v] = Load(from + v * kLanes);
    b[n] = matrix.panel(panel + n * next);
  }
  for (int64_t k = 0; k < matrix.rows; ++k) {
    const Vec x = Splat(a[k]);
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) {
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        const float* w = b[n] + v / kPart * behind + (k * kPart + v % kPart) * kLanes;
        AddProduct(sum[n][0][v], x, w);
        // Once a line: each costs as much as a load.
        if (v % kPart * kLanes % kLine == 0) __builtin_prefetch(w + 16 * kPart * kLanes);
      }
    }
  }
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) job.template Finish<1>(panel + n * next, 0, sum[n]);
}

// The panels of a matrix in turn, and of the next one a part with each tile.
template <int V>
class Panels {
 public:
  // next: 1, or −1 where the last comes first.
  Panels(const PackedMatrix& matrix, int64_t lda, int64_t next, const Factors* then)
      : factors{nullptr, lda, nullptr, matrix.rows, nullptr, then},
        matrix_(matrix),
        next_(next),
        tile_ahead_(V / PartOf(V) * LinesAhead(matrix.rows) * kLine) {}
  Panels(const Panels&) = delete;
  Panels& operator=(const Panels&) = delete;

  void Begin(int64_t panel) {
    factors.b = factors.ahead = matrix_.panel(panel);
    // Also behind the last panel of these: who takes a few at a time mostly goes on with the next.
    const int64_t after = panel + next_;
    const bool follows = after >= 0 && after < matrix_.panels();
    wanted_ = follows ? V * kLanes * matrix_.rows : 0;
    if (follows) factors.ahead = matrix_.panel(after);
  }
  // Behind a tile.
  void GoOn() {
    wanted_ -= tile_ahead_;
    factors.ahead = wanted_ > 0 ? factors.ahead + tile_ahead_ : factors.b;
  }

  Factors factors;

 private:
  const PackedMatrix& matrix_;
  const int64_t next_, tile_ahead_;
  int64_t wanted_ = 0;
};

// All rows with panels [first, end). input: whose product comes first, as many rows and panels; or null.
template <int V, class Job>
void Product(const Job& job, const RowsOfA& rows, const PackedMatrix& matrix, int64_t first, int64_t end, bool backwards,
             const Input* input = nullptr) {
  const int64_t next = backwards ? -1 : 1;
  int64_t panel = backwards ? end - 1 : first, left = end - first;
  if (rows.outers * rows.inners == 1) {
    constexpr int kAtOnce = PanelsOf(V);
    for (; left >= kAtOnce; left -= kAtOnce, panel += kAtOnce * next) OneRow<V, kAtOnce>(job, rows.a, matrix, panel, next);
    for (; left > 0; --left, panel += next) OneRow<V, 1>(job, rows.a, matrix, panel, next);
    return;
  }
  constexpr int64_t kMost = MostRows(V);
  const int64_t tiles = (rows.inners + kMost - 1) / kMost;
  Panels<V> own(matrix, rows.inner_stride, next, nullptr);
  Panels<V> before(input != nullptr ? *input->matrix : matrix, input != nullptr ? input->lda : 0, next, &own.factors);
  for (; left > 0; --left, panel += next) {
    own.Begin(panel);
    if (input != nullptr) before.Begin(panel);
    for (int64_t outer = 0; outer < rows.outers; ++outer) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t from = rows.inners * tile / tiles, to = rows.inners * (tile + 1) / tiles;
        own.factors.a = rows.a + outer * rows.outer_stride + from * rows.inner_stride;
        if (input != nullptr) before.factors.a = input->a + from * input->lda;
        TileOf<V, Job>(to - from)(job, input != nullptr ? before.factors : own.factors, panel, outer * rows.inners + from);
        own.GoOn();
        if (input != nullptr) before.GoOn();
      }
    }
  }
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
