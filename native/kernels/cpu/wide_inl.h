// The product of rows of doubles with panels of doubles, for the pass backwards. Included once a target by kernels_inl.h.
//
// Every sum is taken in the order of the columns of `a`, block by block, whatever rows stand beside it.
#include <algorithm>

namespace unroll {
namespace UNROLL_TARGET {

constexpr int kWideLanes = kLanes / 2;
// Vectors of a panel, rows of a tile.
constexpr int kWideVectors = 3;
constexpr int kWideRows = kSums / kWideVectors;
constexpr int64_t kWideWidth = kWideVectors * kWideLanes;
static_assert(kWideWidth <= kMostWideWidth);
// A block of a panel stays in the first cache while it meets a block of rows, and these in the second while they meet all panels.
constexpr int64_t kWideDepth = 256, kWideBlock = 96;

typedef double WideVec __attribute__((vector_size(8 * kWideLanes)));
typedef double LooseWideVec __attribute__((vector_size(8 * kWideLanes), aligned(8), may_alias));

inline WideVec LoadWide(const double* p) { return *reinterpret_cast<const LooseWideVec*>(p); }
inline void StoreWide(double* p, WideVec v) { *reinterpret_cast<LooseWideVec*>(p) = v; }

// c: [M, columns] += a: [M, depth] · b: [depth, width], of which `columns` are wanted.
template <int M>
void WideTile(const WideProduct& p, const double* a, const double* b, int64_t depth, double* c, int64_t columns) {
  WideVec sum[M][kWideVectors] = {};
  for (int64_t k = 0; k < depth; ++k, b += kWideWidth) {
    WideVec w[kWideVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kWideVectors; ++v) w[v] = LoadWide(b + v * kWideLanes);
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const WideVec x = a[m * p.lda + k] - WideVec{};
#pragma GCC unroll 8
      for (int v = 0; v < kWideVectors; ++v) sum[m][v] += x * w[v];
    }
  }
#pragma GCC unroll 8
  for (int m = 0; m < M; ++m) {
#pragma GCC unroll 8
    for (int v = 0; v < kWideVectors; ++v) {
      double* to = c + m * p.ldc + v * kWideLanes;
      const int64_t n = columns - v * kWideLanes;
      if (n >= kWideLanes) {
        StoreWide(to, LoadWide(to) + sum[m][v]);
      } else {
        for (int64_t k = 0; k < n; ++k) to[k] += sum[m][v][k];
      }
    }
  }
}

using WideTileFunction = void (*)(const WideProduct&, const double*, const double*, int64_t, double*, int64_t);

// For 1 to kWideRows rows.
inline WideTileFunction WideTileOf(int64_t rows) {
  static constexpr WideTileFunction kTiles[] = {
      WideTile<1>,
      WideTile<2>,
      WideTile<3>,
      WideTile<4>,
      WideTile < kWideRows < 5 ? kWideRows : 5 >
      , WideTile < kWideRows < 6 ? kWideRows : 6 >, WideTile < kWideRows < 7 ? kWideRows : 7 >, WideTile<kWideRows>,
  };
  return kTiles[rows - 1];
}

void MultiplyWide(const WideProduct& p, int64_t first, int64_t end) {
  for (int64_t k = 0; k < p.depth; k += kWideDepth) {
    const int64_t depth = std::min(kWideDepth, p.depth - k);
    for (int64_t block = 0; block < p.m; block += kWideBlock) {
      const int64_t rows = std::min(p.m, block + kWideBlock);
      for (int64_t panel = first; panel < end; ++panel) {
        const double* b = p.b + panel * p.panel_stride + k * kWideWidth;
        const int64_t column = panel * kWideWidth;
        for (int64_t row = block; row < rows; row += kWideRows) {
          WideTileOf(std::min<int64_t>(kWideRows, rows - row))(p, p.a + row * p.lda + k, b, depth, p.c + row * p.ldc + column,
                                                               p.columns - column);
        }
      }
    }
  }
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
