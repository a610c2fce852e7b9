// The product of rows with panels of weights: what is done with the sums is said by a Job. Included once a target by kernels_inl.h.
//
// A Job has `Start(panel, row, sum)`, which gives the sums of a row their first values, and `Finish<M>(panel, row, sums)`, which takes
// those of M rows: together, because an activation is a long chain of instructions, and only others beside it keep the processor busy.
// Every sum is taken in the order of the columns of `a`, whatever rows stand beside it: a row's result depends on that row alone, to the
// last bit.
namespace unroll {
namespace UNROLL_TARGET {

// Rows of a tile for panels of V vectors.
constexpr int RowsOf(int v) { return kSums / v < 8 ? kSums / v : 8; }
// Panels that a single row takes at once: one FMA waits four cycles for another, so eight sums keep both units busy.
constexpr int PanelsOf(int v) { return 8 / v; }

// Row i of `a` begins at a + outer·outer_stride + inner·inner_stride, i = outer·inners + inner.
struct RowsOfA {
  const float* a;
  int64_t outers, outer_stride, inners, inner_stride;
};

// One column of `a` with one row of weights, which stay in registers. Pinned: so does each sum, where several steps stand in a row: GCC
// would keep some in memory, to have more steps on their way. Where a step stands alone it only adds moves.
template <bool Pinned, int M, int V>
[[gnu::always_inline]] inline void MultiplyAddStep(Vec (&sum)[M][V], const float* a, int64_t lda, const float* b) {
  Vec w[V];
#pragma GCC unroll 8
  for (int v = 0; v < V; ++v) w[v] = InRegister(Load(b + v * kLanes));
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
    const Vec x = Splat(a[m * lda]);
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      sum[m][v] += x * w[v];
      if constexpr (Pinned) sum[m][v] = InRegister(sum[m][v]);
    }
  }
}

// b: V vectors of each of the Width that a panel has.
// ahead: what is to be in the second cache later, a line of it a step. A panel comes from the third cache or from memory while the one
// before it is computed, where its first tile would else wait for it.
template <int M, int V, int Width>
[[gnu::always_inline]] inline void MultiplyAdd(Vec (&sum)[M][V], const float* a, int64_t lda, const float* b, int64_t depth,
                                               const float* ahead) {
  constexpr int kLine = 16;
  for (int64_t k = 0; k < depth; ++k, b += Width * kLanes, ahead += kLine) {
    __builtin_prefetch(ahead, 0, 2);
    // Once a line: each costs as much as a load.
#pragma GCC unroll 8
    for (int v = 0; v < V; v += kLine / kLanes) __builtin_prefetch(b + (16 * Width + v) * kLanes);
    // The fewer of the two stay in registers: 3 · 4 sums, 3 numbers and one vector are all sixteen of AVX2.
    if constexpr (M < V) {
      Vec x[M];
#pragma GCC unroll 8
      for (int m = 0; m < M; ++m) x[m] = Splat(a[m * lda + k]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        const Vec w = InRegister(Load(b + v * kLanes));
#pragma GCC unroll 8
        for (int m = 0; m < M; ++m) sum[m][v] += x[m] * w;
      }
    } else {
      MultiplyAddStep<false>(sum, a + k, lda, b);
    }
  }
}

template <int V, int M, class Job>
void Tile(const Job& job, const float* a, int64_t lda, const float* b, int64_t depth, const float* ahead, int64_t panel, int64_t row) {
  Vec sum[M][V];
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) job.Start(panel, row + m, sum[m]);
  MultiplyAdd<M, V, V>(sum, a, lda, b, depth, ahead);
  job.template Finish<M>(panel, row, sum);
}

// Where the registers hold fewer rows of whole panels than a panel has vectors (three of four, with AVX2), twice as many rows with one
// half of the panel after the other read the weights half as often, and sixteen rows leave no tile of one or two.
constexpr bool ByHalves(int v) { return v % 2 == 0 && RowsOf(v) < v; }

// What two halves made of M rows, finished as many rows at once as in other tiles.
template <int V, int M, class Job>
[[gnu::always_inline]] inline void FinishHalves(const Job& job, int64_t panel, int64_t row, Vec (*all)[V]) {
  constexpr int kFirst = (M + 1) / 2;
  job.template Finish<kFirst>(panel, row, reinterpret_cast<Vec(&)[kFirst][V]>(all[0]));
  job.template Finish<M - kFirst>(panel, row + kFirst, reinterpret_cast<Vec(&)[M - kFirst][V]>(all[kFirst]));
}

// The sums of the left halves wait in memory for those of the right ones.
template <int V, int M, class Job>
void HalvesTile(const Job& job, const float* a, int64_t lda, const float* b, int64_t depth, const float* ahead, int64_t panel,
                int64_t row) {
  constexpr int kHalf = V / 2;
  Vec all[M][V];
#pragma GCC unroll 2
  for (int half = 0; half < V; half += kHalf) {
    Vec sum[M][kHalf];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      Vec start[V];
      job.Start(panel, row + m, start);
#pragma GCC unroll 8
      for (int v = 0; v < kHalf; ++v) sum[m][v] = start[half + v];
    }
    MultiplyAdd<M, kHalf, V>(sum, a, lda, b + half * kLanes, depth, ahead);
    ahead = b;
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
      for (int v = 0; v < kHalf; ++v) all[m][half + v] = sum[m][v];
    }
  }
  FinishHalves<V, M>(job, panel, row, all);
}

constexpr int MostRows(int v) { return ByHalves(v) ? RowsOf(v / 2) : RowsOf(v); }

// Deep products, by halves: of each panel a block of its depth is taken by all rows before the next block. The half of a block stays in the
// first cache, and what is wanted of the second one while a panel passes is `a`, that panel and the next block, not the next panel.
constexpr int64_t kDeep = 512, kBlock = 256;
// Fewer rows use a block too seldom for the sums that it stores and loads; those of more rows do not stay beside it.
constexpr int64_t kFewRows = 24, kManyRows = 66;
constexpr int kStepsAtOnce = 4;

// As MultiplyAdd, from the first cache but for the First rows, and with a line of `ahead` every few steps.
template <int M, int V, int Width, bool First>
[[gnu::always_inline]] inline void MultiplyAddBlock(Vec (&sum)[M][V], const float* a, int64_t lda, const float* b, int64_t depth,
                                                    const float* ahead) {
  int64_t k = 0;
  for (; k + kStepsAtOnce <= depth; k += kStepsAtOnce, ahead += 16) {
    __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 8
    for (int i = 0; i < kStepsAtOnce; ++i, b += Width * kLanes) {
      if constexpr (First) __builtin_prefetch(b + 16 * Width * kLanes);
      MultiplyAddStep<true>(sum, a + k + i, lda, b);
    }
  }
  for (; k < depth; ++k, b += Width * kLanes) MultiplyAddStep<true>(sum, a + k, lda, b);
}

// A block of the depth, as one tile of rows sees it.
struct Block {
  const float* a;
  int64_t lda;
  const float* b;
  int64_t at, depth;
  const float* ahead;
};

// The sums of M rows go on where they wait.
template <int V, int M, bool First, class Job>
void BlockTile(const Job& job, const Block& block, int half, int64_t panel, int64_t row, Vec (*waiting)[V]) {
  constexpr int kHalf = V / 2;
  Vec sum[M][kHalf];
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
    Vec start[V];
    if (block.at == 0) job.Start(panel, row + m, start);
    const Vec* from = block.at == 0 ? start : waiting[m];
#pragma GCC unroll 8
    for (int v = 0; v < kHalf; ++v) sum[m][v] = from[half + v];
  }
  const float* b = block.b + block.at * V * kLanes + half * kLanes;
  MultiplyAddBlock<M, kHalf, V, First>(sum, block.a + block.at, block.lda, b, block.depth, block.ahead);
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
    for (int v = 0; v < kHalf; ++v) waiting[m][half + v] = sum[m][v];
  }
}

// f(M) for the tile's rows, as a constant.
template <class F>
[[gnu::always_inline]] inline void WithRows(int64_t rows, const F& f) {
  if (rows == 4) return f(std::integral_constant<int, 4>{});
  if (rows == 5) return f(std::integral_constant<int, 5>{});
  f(std::integral_constant<int, 6>{});
}

// kFewRows to kManyRows rows of `a` from `row` on. next: the panel after this one.
template <int V, class Job>
void DeepPanel(const Job& job, const float* a, int64_t lda, int64_t rows, const float* b, int64_t depth, const float* next, int64_t panel,
               int64_t row) {
  static_assert(MostRows(V) == 6);
  Vec waiting[kManyRows][V];
  const int64_t tiles = (rows + 5) / 6, blocks = (depth + kBlock - 1) / kBlock;
  const auto begin = [&](int64_t tile) { return rows * tile / tiles; };
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t at = depth * block / blocks, end = depth * (block + 1) / blocks;
    const float* ahead = block + 1 < blocks ? b + end * V * kLanes : next;
    const float* const there = ahead + (end - at) * V * kLanes;
    for (int half = 0; half < V; half += V / 2) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t from = begin(tile);
        const Block part{a + from * lda, lda, b, at, end - at, ahead};
        WithRows(begin(tile + 1) - from, [&](auto m) {
          if (tile == 0) return BlockTile<V, m(), true>(job, part, half, panel, row + from, waiting + from);
          BlockTile<V, m(), false>(job, part, half, panel, row + from, waiting + from);
        });
        ahead += (end - at) / kStepsAtOnce * 16;
        if (ahead > there) ahead = there;
      }
    }
  }
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const int64_t from = begin(tile);
    WithRows(begin(tile + 1) - from, [&](auto m) { FinishHalves<V, m()>(job, panel, row + from, waiting + from); });
  }
}

// `rows` with one panel.
template <int V, class Job>
void DeepRows(const Job& job, const RowsOfA& rows, const float* b, int64_t depth, const float* next, int64_t panel) {
  const int64_t parts = (rows.inners + kManyRows - 1) / kManyRows;
  for (int64_t outer = 0; outer < rows.outers; ++outer) {
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t from = rows.inners * part / parts, to = rows.inners * (part + 1) / parts;
      const float* a = rows.a + outer * rows.outer_stride + from * rows.inner_stride;
      DeepPanel<V>(job, a, rows.inner_stride, to - from, b, depth, next, panel, outer * rows.inners + from);
    }
  }
}

template <int V, class Job>
using TileFunction = void (*)(const Job&, const float*, int64_t, const float*, int64_t, const float*, int64_t, int64_t);

// For 1 to MostRows(V) rows.
template <int V, class Job>
inline TileFunction<V, Job> TileOf(int64_t rows) {
  constexpr int kMost = RowsOf(V);
  if constexpr (ByHalves(V)) {
    static constexpr TileFunction<V, Job> kWide[] = {HalvesTile<V, 4, Job>, HalvesTile<V, 5, Job>, HalvesTile<V, 6, Job>};
    if (rows > kMost) return kWide[rows - 4];
  }
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
  Vec sum[N][1][V];
  const float* b[N];
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) {
    job.Start(panel + n * next, 0, sum[n][0]);
    b[n] = matrix.panel(panel + n * next);
  }
  for (int64_t k = 0; k < matrix.rows; ++k) {
    const Vec x = Splat(a[k]);
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) {
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        const float* w = b[n] + (k * V + v) * kLanes;
        sum[n][0][v] += x * Load(w);
        __builtin_prefetch(w + 16 * V * kLanes);
      }
    }
  }
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) job.template Finish<1>(panel + n * next, 0, sum[n]);
}

// All rows with panels [first, end).
template <int V, class Job>
void Product(const Job& job, const RowsOfA& rows, const PackedMatrix& matrix, int64_t first, int64_t end, bool backwards) {
  const int64_t next = backwards ? -1 : 1, depth = matrix.rows;
  int64_t panel = backwards ? end - 1 : first, left = end - first;
  if (rows.outers * rows.inners == 1) {
    constexpr int kAtOnce = PanelsOf(V);
    for (; left >= kAtOnce; left -= kAtOnce, panel += kAtOnce * next) OneRow<V, kAtOnce>(job, rows.a, matrix, panel, next);
    for (; left > 0; --left, panel += next) OneRow<V, 1>(job, rows.a, matrix, panel, next);
    return;
  }
  constexpr int64_t kMost = MostRows(V);
  const int64_t tiles = (rows.inners + kMost - 1) / kMost;
  for (; left > 0; --left, panel += next) {
    const float* b = matrix.panel(panel);
    const float* ahead = left > 1 ? matrix.panel(panel + next) : b;
    if constexpr (ByHalves(V)) {
      if (depth >= kDeep && rows.inners >= kFewRows) {
        DeepRows<V>(job, rows, b, depth, ahead, panel);
        continue;
      }
    }
    int64_t wanted = left > 1 ? (V * kLanes + 15) / 16 : 0;  // tiles that read ahead, a line a step, until the panel is there
    for (int64_t outer = 0; outer < rows.outers; ++outer) {
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t from = rows.inners * tile / tiles, to = rows.inners * (tile + 1) / tiles;
        const float* a = rows.a + outer * rows.outer_stride + from * rows.inner_stride;
        TileOf<V, Job>(to - from)(job, a, rows.inner_stride, b, depth, ahead, panel, outer * rows.inners + from);
        ahead = --wanted > 0 ? ahead + depth * 16 : b;
      }
    }
  }
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
