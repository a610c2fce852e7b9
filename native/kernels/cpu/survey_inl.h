// A stretch of a tensor seen from afar. Plain loops without branches: compilers make vectors of them with each target's instructions.
#include <cmath>
#include <limits>

namespace unroll {
namespace UNROLL_TARGET {

// Units whose extremes are kept on the stack while the steps of a cell go by.
constexpr int64_t kSurveyUnits = 512;

struct SurveyExtremes {
  float least[kSurveyUnits], most[kSurveyUnits];
};

// Comparisons with a NaN are false: it is counted, and is no extreme.
inline void SurveyRow(const float* __restrict values, int64_t units, SurveyExtremes* extremes, SurveyCounts* counts) {
  float* __restrict least = extremes->least;
  float* __restrict most = extremes->most;
  // 32 bits: as many lanes as the floats.
  int32_t nan = 0, shut = 0, open = 0, beyond = 0;
  for (int64_t u = 0; u < units; ++u) {
    const float value = values[u];
    least[u] = value < least[u] ? value : least[u];
    most[u] = value > most[u] ? value : most[u];
    nan += value != value;
    shut += value < kSurveyShut;
    open += value > kSurveyOpen;
    beyond += std::fabs(value) > kSurveyOpen;
  }
  counts->nan += nan;
  counts->shut += shut;
  counts->open += open;
  counts->beyond += beyond;
}

SurveyCounts SurveyStretch(const Survey& s) {
  const int64_t rows = (s.units + s.units_per - 1) / s.units_per;
  const int64_t cells = (s.steps + s.lead + s.steps_per - 1) / s.steps_per * rows;
  for (int64_t i = 0; i < cells; ++i) s.low[i] = s.high[i] = std::numeric_limits<float>::quiet_NaN();
  SurveyCounts counts{};
  SurveyExtremes extremes;
  for (int64_t step = 0, cell = 0, end; step < s.steps; step = end, ++cell) {
    end = (cell + 1) * s.steps_per - s.lead;
    if (end > s.steps) end = s.steps;
    float *low = s.low + cell * rows, *high = s.high + cell * rows;
    for (int64_t from = 0; from < s.units; from += kSurveyUnits) {
      const int64_t units = s.units - from < kSurveyUnits ? s.units - from : kSurveyUnits;
      for (int64_t u = 0; u < units; ++u) {
        extremes.least[u] = std::numeric_limits<float>::infinity();
        extremes.most[u] = -extremes.least[u];
      }
      for (int64_t at = step; at < end; ++at) SurveyRow(s.data + at * s.stride + from, units, &extremes, &counts);
      // Counted on: a division a unit would take as long as all else.
      int64_t row = from / s.units_per, left = s.units_per - from % s.units_per;
      for (int64_t u = 0; u < units; ++u, --left) {
        if (left == 0) {
          left = s.units_per;
          ++row;
        }
        // Still so where every value was NaN.
        if (extremes.least[u] > extremes.most[u]) continue;
        if (!(low[row] <= extremes.least[u])) low[row] = extremes.least[u];
        if (!(high[row] >= extremes.most[u])) high[row] = extremes.most[u];
      }
    }
  }
  return counts;
}

}  // namespace UNROLL_TARGET
}  // namespace unroll
